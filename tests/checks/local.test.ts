import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { python310 } from '../support/python';
import { skip } from '../support/skip';

const test = suite('validate --env=local');

interface Step {
  name: string;
  state: string;
  found: string;
  code?: string;
  fix?: string;
  libraries?: { library: string; ok: boolean; error?: string }[];
  gpuPackages?: { name: string }[];
}

async function validate(project: string, args: string[] = [], env: Record<string, string> = {}) {
  const { exitCode, stdout } = await runJust(project, ['validate', '--env=local', '--json', ...args], env);
  const { outcome, steps } = JSON.parse(stdout) as { outcome: string; steps: Step[] };
  return { exitCode, outcome, steps, by: Object.fromEntries(steps.map((step) => [step.name, step])) as Record<string, Step> };
}

const all = ['config', 'mkdirs', 'files', 'gitignore', 'storage', 'python', 'env:local', 'libraries', 'gpu-free', 'paths'];
const names = (steps: readonly Step[]) => steps.map(({ name }) => name);

/** Every file with its size and time: what a look must leave as it is. */
function snapshot(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return [`${file} ${fs.statSync(file).mtimeMs}`, ...snapshot(file)];
    const { size, mtimeMs } = fs.lstatSync(file);
    return [`${file} ${size} ${mtimeMs}`];
  });
}

test('an empty checkout: all is looked at, nothing is made, and there is something to do', async () => {
  const project = projectCopy();
  const before = snapshot(project);
  const home = temporaryFolder();
  const { exitCode, steps, by } = await validate(project);
  assert.equal(names(steps), all);
  assert.is(by['libraries']?.state, 'todo');
  assert.is(by['libraries']?.fix, '`npx just env:local`');
  assert.is(by['config']?.state, 'done');
  assert.is(exitCode, python310() ? 3 : 1);
  assert.equal(snapshot(project), before);
  assert.equal(fs.readdirSync(home), []);
});

test('wrong settings are one finding of many', async () => {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'configs', 'setup.yaml'), 'storage:\n  warn_gb: lots\n  eror_gb: 1\n');
  const { exitCode, outcome, steps, by } = await validate(project);
  assert.is(exitCode, 1);
  assert.is(outcome, 'blocked');
  assert.equal(names(steps), all);
  assert.is(by['config']?.code, 'E_CONFIG');
  assert.equal((by['config'] as unknown as { problems: unknown }).problems, [
    { where: 'configs/setup.yaml:2:3', text: 'storage.warn_gb is "lots"; expected a number' },
    { where: 'configs/setup.yaml:3:3', text: 'unknown setting storage.eror_gb; did you mean `storage.error_gb`?' },
  ]);
  assert.is(by['mkdirs']?.state, 'done');
  assert.is((await runJust(project, ['validate', '--set', 'storage.wran_gb=1'])).exitCode, 2);
});

test('what is blocked stops nothing, and a person reads a table', async () => {
  const project = projectCopy();
  fs.rmSync(path.join(project, 'adapters'), { recursive: true });
  fs.writeFileSync(path.join(project, 'adapters'), 'mine');
  const sets = ['--set', 'storage.error_gb=900000', '--set', 'storage.warn_gb=900001'];
  const { exitCode, stdout } = await runJust(project, ['validate', '--env=local', ...sets]);
  assert.is(exitCode, 1);
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
  const state = (name: string) => rows.find(([first]) => first === name)?.[1];
  assert.is(state('check'), 'state');
  assert.is(state('mkdirs'), '✖ wrong');
  assert.is(state('storage'), '✖ wrong');
  assert.is(state('config'), '✔ right');
  assert.is(state('libraries'), '○ to do');
  assert.match(stdout, '(E_PATH_TAKEN)');
  assert.match(stdout, '(E_STORAGE)');
  assert.match(stdout, 'fix: mv adapters adapters.kept');
});

if (!python310()) skip(test, 'an environment with all libraries', 'no Python 3.10 on this machine');
else {
  const project = projectCopy(path.join(temporaryFolder(), "it's a prøject"));
  const packages = path.join(project, '.venv-local', 'lib', 'python3.10', 'site-packages');

  /** Another text in a file for the time of some work. */
  async function instead(file: string, text: string, work: () => Promise<void>): Promise<void> {
    const was = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
    // Not written over: the file may be a hard link into a cache.
    fs.rmSync(file, { force: true });
    fs.writeFileSync(file, text);
    try {
      await work();
    } finally {
      fs.rmSync(file);
      if (was) fs.writeFileSync(file, was);
    }
  }

  test('setup:local proves the libraries once', async () => {
    const first = await runJust(project, ['setup:local', '--json']);
    assert.is(first.exitCode, 0, first.stderr);
    assert.is(JSON.parse(first.stdout).outcome, 'changed');
    const second = JSON.parse((await runJust(project, ['setup:local', '--json'])).stdout);
    assert.is(second.outcome, 'unchanged');
    assert.equal([...new Set(names(second.steps))].length, second.steps.length);
    assert.equal(names(second.steps).sort(), [...all].sort());
  });

  test('all is right, each library did its work, and nothing changed', async () => {
    fs.writeFileSync(path.join(project, 'configs', 'paths_config.local.yaml'), 'models_dir: ../big models\nhf_home: ~/hf\n');
    fs.mkdirSync(path.join(project, '..', 'big models'));
    const elsewhere = temporaryFolder();
    const before = snapshot(project);
    const { exitCode, outcome, steps, by } = await validate(project, ['--set', `paths.adapters_dir=${elsewhere}`], {
      JUST_LORA_PATHS__DATA_PROCESSED: 'data/processed',
    });
    assert.equal(
      steps.filter(({ state }) => state !== 'done'),
      [],
    );
    assert.is(exitCode, 0);
    assert.is(outcome, 'unchanged');
    assert.equal(names(steps), all);
    assert.equal(
      by['libraries']?.libraries?.map(({ library, ok }) => [library, ok]),
      ['pandas', 'beautifulsoup4', 'trafilatura', 'datasets', 'datasketch', 'jsonlines', 'nltk', 'langdetect', 'requests'].map((name) => [
        name,
        true,
      ]),
    );
    assert.equal(snapshot(project), before);
    const { paths } = by['paths'] as unknown as { paths: Record<string, string> };
    assert.is(paths['models_dir'], path.join(project, '..', 'big models'));
    assert.is(paths['adapters_dir'], elsewhere);
    fs.rmSync(path.join(project, 'configs', 'paths_config.local.yaml'));
  });

  test('a library that is damaged is named, and what brings it back', async () => {
    await instead(path.join(packages, 'jsonlines', '__init__.py'), 'raise RuntimeError("torn")\n', async () => {
      const { exitCode, by } = await validate(project);
      assert.is(exitCode, 3);
      assert.is(by['env:local']?.state, 'todo');
      assert.is(by['libraries']?.state, 'todo');
      assert.match(by['libraries']?.found ?? '', '8 of 9 libraries work: jsonlines RuntimeError: torn');
    });
  });

  test('a library that breaks though its packages are those of the lock is wrong', async () => {
    // A module of the same name before site-packages: what a .pth file of another tool does.
    const shadow = path.join(temporaryFolder(), 'shadow');
    fs.mkdirSync(shadow);
    fs.writeFileSync(path.join(shadow, 'langdetect.py'), 'import ctypes\nctypes.string_at(0)\n');
    await instead(path.join(packages, 'shadow.pth'), `import sys; sys.path.insert(0, ${JSON.stringify(shadow)})\n`, async () => {
      const { exitCode, by } = await validate(project);
      assert.is(exitCode, 1);
      assert.is(by['libraries']?.code, 'E_LIBRARY');
      assert.match(by['libraries']?.found ?? '', '8 of 9 libraries work: langdetect crashes Python: Segmentation fault');
      assert.is(by['paths']?.state, 'done');
    });
  });

  test('a Python that does not run is to be built again, and hides nothing else', async () => {
    const python = path.join(project, '.venv-local', 'bin', 'python');
    const target = fs.readlinkSync(python);
    fs.rmSync(python);
    fs.writeFileSync(python, '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    const { exitCode, steps, by } = await validate(project);
    fs.rmSync(python);
    fs.symlinkSync(target, python);
    assert.is(exitCode, 3);
    assert.equal(names(steps), all);
    for (const name of ['python', 'env:local', 'libraries', 'paths']) assert.is(by[name]?.state, 'todo', name);
    for (const name of ['python', 'libraries', 'paths']) assert.is(by[name]?.code, 'E_PYTHON_BROKEN', name);
    assert.is(by['gpu-free']?.state, 'done');
  });

  test('a package for a GPU is found by its name and by what it holds, and paths that Python sees otherwise', async () => {
    const named = path.join(packages, 'nvidia_cublas_cu12-12.1.dist-info');
    const other = path.join(packages, 'harmless-1.0.dist-info');
    for (const [folder, name, record] of [
      [named, 'nvidia-cublas-cu12', ''],
      [other, 'harmless', 'harmless/lib/libcudart.so.12,sha256=x,10\n'],
    ] as const) {
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1\n`);
      fs.writeFileSync(path.join(folder, 'RECORD'), record);
    }
    const script = path.join(project, 'scripts', 'paths.py');
    await instead(script, 'import json\nprint(json.dumps({"data_raw": "/elsewhere"}))\n', async () => {
      const { exitCode, by } = await validate(project);
      assert.is(exitCode, 1);
      assert.is(by['gpu-free']?.code, 'E_GPU_PACKAGE');
      assert.equal(
        by['gpu-free']?.gpuPackages?.map(({ name }) => name),
        ['harmless', 'nvidia-cublas-cu12'],
      );
      assert.is(by['paths']?.code, 'E_PATHS_DIFFER');
      assert.match(by['paths']?.found ?? '', 'data_raw');
    });
    for (const folder of [named, other]) fs.rmSync(folder, { recursive: true });
  });
}

test.run();
