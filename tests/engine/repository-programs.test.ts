import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, type Ended, projectCopy, runJust, temporaryFolder } from '../support/project';
import { python310 } from '../support/python';
import { machineOfTranscript } from '../support/transcript';

const test = suite('programs that the repository brings');

/** git answers here alone: neither this machine's configuration nor a real uv or conda takes part. */
const bin = temporaryFolder('just-lora bin');
fs.symlinkSync('/usr/bin/git', path.join(bin, 'git'));
fs.symlinkSync('/bin/sh', path.join(bin, 'sh'));
fs.symlinkSync(process.execPath, path.join(bin, 'node'));
const env = { HOME: temporaryFolder('just-lora home'), PATH: bin, PYENV_ROOT: undefined, GIT_CONFIG_NOSYSTEM: '1' };

const card = machineOfTranscript('rtx-3090').env;

interface Checkout {
  root: string;
  /** Writes a program that leaves a mark, and then is what `becomes` says. */
  program(file: string, becomes?: string): void;
  write(file: string, text: string): void;
  track(...files: string[]): void;
  /** Which of the programs were started. */
  started(): string[];
  just(...args: string[]): Promise<Ended>;
  /** `npx just gpu` on a machine with a card. */
  gpu(): Promise<Ended>;
}

function checkout(): Checkout {
  const root = projectCopy();
  const marks = temporaryFolder('just-lora marks');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, env: cleanEnvironment(env), stdio: 'pipe' });
  git('init', '--quiet');
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  return {
    root,
    write,
    program(file, becomes = 'exit 3') {
      write(file, `#!/bin/sh\necho x >> '${marks}/${file.replaceAll('/', '+')}'\n${becomes}\n`);
      fs.chmodSync(path.join(root, file), 0o755);
    },
    track: (...files) => void git('add', '--force', '--', ...files),
    started: () => fs.readdirSync(marks).map((name) => name.replaceAll('+', '/')),
    just: (...args) => runJust(root, args, env),
    gpu: () => runJust(root, ['gpu'], { ...env, ...card, PATH: [card.PATH, bin].join(path.delimiter) }),
  };
}

const python = `exec ${python310() ?? 'python3'} "$@"`;

test('an interpreter that a tracked file names is refused where git tracks it, and a person may name it', async () => {
  const { program, write, track, started, just } = checkout();
  // A name may begin with two dots, and lie in the checkout all the same.
  for (const folder of ['..tools', 'tools']) {
    program(`${folder}/python`, python);
    write('configs/setup.yaml', `python: { interpreter: ${folder}/python }\n`);
    track(`${folder}/python`, 'configs/setup.yaml');
    const refused = await just('venv', '--check');
    assert.match(refused.stdout, `\`${folder}/python\` came with the repository`);
    assert.match(refused.stdout, /configs\/setup\.yaml:1.*E_REPOSITORY_PROGRAM/);
    assert.match(refused.stdout, `--set python.interpreter=${folder}/python`);
  }
  assert.equal(started(), []);
  // The machine's own file counts, unless it came with the repository too.
  write('configs/setup.local.yaml', 'python: { interpreter: tools/python }\n');
  track('configs/setup.local.yaml');
  assert.match((await just('venv', '--check')).stdout, 'E_REPOSITORY_PROGRAM');
  assert.equal(started(), []);
  assert.not.match((await just('venv', '--check', '--set', 'python.interpreter=tools/python')).stdout, 'E_REPOSITORY_PROGRAM');
  assert.equal(started(), ['tools/python']);
});

test('one that a tracked file names and that was made here is told before it is started', async () => {
  const { program, write, track, started, just } = checkout();
  program('tools/python', python);
  write('configs/setup.yaml', 'python: { interpreter: tools/python }\n');
  track('configs/setup.yaml');
  const { stdout, stderr } = await just('venv', '--check');
  assert.match(stderr, 'note: `python.interpreter` is `tools/python` in this checkout, as configs/setup.yaml:1 says');
  assert.not.match(stdout, 'E_REPOSITORY_PROGRAM');
  assert.equal(started(), ['tools/python']);
});

test('a link that is made here and leads to what git tracks is no way around', async () => {
  const { root, program, write, track, started, just } = checkout();
  program('tools/thing', python);
  fs.symlinkSync('thing', path.join(root, 'tools/python'));
  write('configs/setup.yaml', 'python: { interpreter: tools/python }\n');
  track('tools/thing', 'configs/setup.yaml');
  assert.match((await just('venv', '--check')).stdout, 'E_REPOSITORY_PROGRAM');
  assert.equal(started(), []);
});

test('a uv in the state folder that git tracks is not used, and that is said', async () => {
  const { uvVersion } =
    require('../../tasks/environments/python/uv-release') as typeof import('../../tasks/environments/python/uv-release');
  const { program, track, started, just } = checkout();
  const uv = `.just-lora/uv/${uvVersion}/bin/uv`;
  program(uv, `echo 'uv ${uvVersion}'`);
  await just('venv', '--check');
  assert.equal(started(), [uv]);
  const other = checkout();
  other.program(uv, `echo 'uv ${uvVersion}'`);
  other.track(uv);
  assert.match(
    (await other.just('venv', '--check')).stderr,
    `note: \`${uv}\` came with the repository, since git tracks it: it is not used`,
  );
  assert.equal(other.started(), []);
  track(uv);
});

test('an environment of which git tracks anything is not entered', async () => {
  for (const tracked of ['bin/python', 'lib/python3.10/site-packages/sitecustomize.py']) {
    const { program, write, track, started, just } = checkout();
    program('.venv-local/bin/python', python);
    write('.venv-local/pyvenv.cfg', 'version = 3.10.13\n');
    write('.venv-local/lib/python3.10/site-packages/sitecustomize.py', '');
    const marker = { state: 'done', markers: {}, contents: '', inputs: {}, path: '', base: { realPath: '', mtimeMs: 0, size: 0 } };
    write('.venv-local/just-lora.json', JSON.stringify(marker));
    track(`.venv-local/${tracked}`);
    await just('validate', '--env=local');
    assert.equal(started(), [], tracked);
    assert.match((await just('validate', '--env=local', '--json')).stdout, 'E_REPOSITORY_PROGRAM');
  }
});

test('a training environment, a conda and what a record names', async () => {
  for (const [setting, settings] of [
    ['remote.path', 'remote: { engine: venv, path: tools/env }'],
    ['remote.prefix', 'remote: { engine: conda, prefix: tools/env }'],
  ]) {
    const { program, write, track, started, gpu } = checkout();
    program('tools/env/bin/python', 'exit 3');
    write('tools/env/pyvenv.cfg', 'version = 3.10.13\n');
    write('configs/setup.yaml', `${settings}\n`);
    track('tools/env', 'configs/setup.yaml');
    assert.match((await gpu()).stdout, 'E_REPOSITORY_PROGRAM', setting);
    assert.equal(started(), [], setting);
  }
  const withConda = checkout();
  withConda.program('tools/conda', 'echo conda 24.1.0');
  withConda.write('configs/setup.yaml', 'remote: { engine: conda, conda: tools/conda }\n');
  withConda.track('tools/conda', 'configs/setup.yaml');
  assert.match((await withConda.just('conda', '--check')).stdout, 'E_REPOSITORY_PROGRAM');
  assert.equal(withConda.started(), []);
  const noted = checkout();
  noted.program('tools/env/bin/python', 'exit 3');
  noted.write('tools/env/conda-meta/history', '');
  noted.write(
    '.just-lora/conda.json',
    JSON.stringify({ prefix: path.join(noted.root, 'tools/env'), name: 'weatherman-lora', phase: 'none' }),
  );
  noted.track('tools/env', '.just-lora/conda.json');
  assert.match((await noted.gpu()).stdout, 'E_REPOSITORY_PROGRAM');
  assert.equal(noted.started(), []);
});

test('an ssh configuration that git tracks reaches no ssh', async () => {
  const { root, write, track, just } = checkout();
  write('tools/ssh_config', `Host gpu\n  ProxyCommand sh -c 'echo x > ${root}/marker'\n`);
  write('configs/setup.yaml', 'remotes: { gpu: { host: gpu, path: /srv/p, ssh_config: tools/ssh_config } }\n');
  track('tools/ssh_config', 'configs/setup.yaml');
  const ssh = ['ssh', 'rsync'].map((name) => path.join(bin, name));
  for (const file of ssh) fs.writeFileSync(file, `#!/bin/sh\necho x >> '${root}/asked'\nexit 255\n`, { mode: 0o755 });
  try {
    assert.match((await just('sync:remotes')).stdout, /`tools\/ssh_config` came with the repository.*E_REPOSITORY_PROGRAM/);
    assert.not.ok(fs.existsSync(path.join(root, 'asked')));
    const { stdout } = await just('sync:remotes', '--set', 'remotes.gpu.ssh_config=tools/ssh_config');
    assert.not.match(stdout, 'E_REPOSITORY_PROGRAM');
    assert.ok(fs.existsSync(path.join(root, 'asked')));
  } finally {
    for (const file of ssh) fs.rmSync(file);
  }
});

test('git starts nothing that the configuration of a checkout names', async () => {
  const { root, just } = checkout();
  const watcher = path.join(root, 'watcher');
  fs.writeFileSync(watcher, `#!/bin/sh\necho x > '${root}/marker'\n`, { mode: 0o755 });
  fs.appendFileSync(path.join(root, '.git/config'), `[core]\n\tfsmonitor = "'${watcher}'"\n`);
  const asked = () =>
    execFileSync('git', ['ls-files', '--cached', '--ignored', '--exclude-standard'], {
      cwd: root,
      env: cleanEnvironment(env),
      stdio: 'pipe',
    });
  asked();
  assert.ok(fs.existsSync(path.join(root, 'marker')), 'git itself would start it');
  fs.rmSync(path.join(root, 'marker'));
  assert.match((await just('validate', '--env=local')).stdout, /gitignore +✔ right +\d+ kinds/);
  assert.not.ok(fs.existsSync(path.join(root, 'marker')));
});

test('a script of the project that its own check starts is the project, and runs', async () => {
  const { root, program, track, started, just } = checkout();
  program('tools/check.sh', 'exit 0');
  fs.writeFileSync(
    path.join(root, 'just.config.ts'),
    `import { registerTasks } from './tasks';
registerTasks({ checks: { local: [{ name: 'own', title: 'Own', async check({ root, host }) {
  const { exitCode } = await host.processes.run(root + '/tools/check.sh', [], { cwd: root });
  return exitCode === 0 ? { state: 'done', found: 'ran' } : { state: 'blocked', code: 'E_OWN', found: 'no', needed: 'yes', fix: 'none' };
} }] } });\n`,
  );
  track('tools/check.sh');
  assert.match((await just('validate', '--env=local')).stdout, /own +✔/);
  assert.equal(started(), ['tools/check.sh']);
});

test.run();
