import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { authoredText } from '../tasks/common/authored-text';
import type { Context } from '../tasks/engine/context';
import { statePath } from '../tasks/engine/state';
import { identityOf } from '../tasks/environments/conda/record';
import { thisHost } from '../tasks/platform';
import { filesIn } from './support/files-in';
import { repository, runJust, startJust, temporaryFolder } from './support/project';

interface Told {
  name: string;
  state: string;
  goes: { place: string; bytes: number }[];
  stays: string[];
}

const test = suite('uninstall');
const project = temporaryFolder('own');
const elsewhere = temporaryFolder('elsewhere');
const at = (...parts: string[]) => path.join(project, ...parts);
const write = (file: string, text = 'x') => {
  fs.mkdirSync(path.dirname(at(file)), { recursive: true });
  fs.writeFileSync(at(file), text);
};
const env = { JUST_LORA_REMOTE__PATH: path.join(elsewhere, 'theirs') };
const uninstall = async (exitCode: number, ...args: string[]): Promise<Record<string, Told>> => {
  const ran = await runJust(project, ['uninstall', '--json', ...args], env);
  assert.is(ran.exitCode, exitCode, ran.stdout + ran.stderr);
  return Object.fromEntries(JSON.parse(ran.stdout).steps.map((step: Told) => [step.name, step]));
};
const places = (told: Told | undefined) => told?.goes.map(({ place }) => place);

/** An environment of conda's as our records have it, in the project's own records. */
function condaEnvironment(prefix: string, added: string[]): void {
  fs.mkdirSync(path.join(prefix, 'conda-meta'), { recursive: true });
  fs.writeFileSync(
    path.join(prefix, 'just-lora.json'),
    JSON.stringify({ by: 'just-lora', name: 'w', prefix, conda: [], pip: [], unnamed: [], inputs: {}, python: '3.10' }),
  );
  for (const file of added) fs.writeFileSync(path.join(prefix, file), 'mine');
}

test.before(async () => {
  fs.symlinkSync(path.join(repository, 'node_modules'), at('node_modules'));
  write('just.config.ts', `import { registerTasks } from '${repository}/tasks';\nregisterTasks();\n`);
  const laid = await runJust(project, ['mkdirs']);
  assert.is(laid.exitCode, 0, laid.stderr);
  fs.appendFileSync(at('configs/setup.yaml'), '# mine\n');
  write('configs/train.sbatch', authoredText(['#!/bin/bash -l'], 'train\n'));
  write('configs/train.sky.yaml', `${authoredText(['# a file'], 'run: train\n')}# mine\n`);
  write('data/raw/a.jsonl');
  write('adapters/first/adapter_model.safetensors');
  write('models/m/model.safetensors');
  write('models/m/.cache/just-lora/stamps/model.json', '{}');
  write('models/m/.cache/just-lora/replaced/config.json', 'a file that stood in the way');
  write('models/m/.cache/huggingface/download/q.partial', 'half');
  write('.venv-local/just-lora.json', '{"state":"building"}');
  write('.venv-local/lib/python3.10/site-packages/a.py');
  write('.venv-local.before/just-lora.json', '{"state":"building"}');
  write('.venv-local.kept/lib/python3.10/site-packages/mine.py', 'an afternoon');
  // One that a person made, under a name of ours.
  write('.venv-remote/pyvenv.cfg');
  const prefix = path.join(elsewhere, 'envs/w');
  condaEnvironment(prefix, []);
  condaEnvironment(`${prefix}.before`, ['mine.txt']);
  fs.writeFileSync(path.join(`${prefix}.before`, 'just-lora.json'), fs.readFileSync(path.join(prefix, 'just-lora.json')));
  const context = { root: project, host: thisHost() } as Context;
  fs.writeFileSync(
    statePath(project, 'conda.json'),
    JSON.stringify({
      name: 'w',
      prefix,
      program: 'conda',
      phase: 'none',
      folder: identityOf(context, prefix),
      kept: [{ place: `${prefix}.before`, holds: 'mine.txt' }],
    }),
  );
  write('.just-lora/training/first/0123456789ab/checkpoints/checkpoint-50/optimizer.pt', 'hours of a GPU');
  write('.just-lora/kept/2026-11-28T17-25-00-123Z/data/raw/a.jsonl', 'an edit of a person');
  fs.mkdirSync(at('.just-lora/training/empty'));
  fs.mkdirSync(path.join(elsewhere, 'theirs'), { recursive: true });
});

test('lists what a record or a mark proves as ours, removes nothing, and says what stays', async () => {
  const told = await uninstall(3);
  assert.equal(places(told['environments']), ['.venv-local', '.venv-local.before']);
  assert.match(told['environments']?.stays.join('\n') ?? '', /^`\.venv-local\.kept` keeps what a person added to an environment/m);
  assert.equal(places(told['conda']), [path.join(elsewhere, 'envs/w')]);
  assert.match(
    told['conda']?.stays.join() ?? '',
    /\(\d.*B\), environment of conda with mine\.txt, which a person added.*: `--kept` removes it too/,
  );
  assert.equal(places(told['models']), ['models/m/.cache']);
  assert.ok((told['files']?.goes.length ?? 0) > 15);
  assert.ok(places(told['files'])?.includes('configs/train.sbatch'));
  assert.match(
    told['files']?.stays.join() ?? '',
    /`configs\/setup\.yaml`, `configs\/train\.sky\.yaml`, which changed since it was written.*`\.gitignore`, which keeps/,
  );
  assert.equal(places(told['state']), ['.just-lora']);
  assert.match(
    told['state']?.stays[0] ?? '',
    /`\.just-lora\/training\/first` \(\d.*B\), checkpoints, .*\(1 file\): `--kept` removes it too/,
  );
  assert.match(told['state']?.stays[1] ?? '', /`\.just-lora\/kept\/2026-11-28T17-25-00-123Z` .*`--force=project` \(1 file\)/);
  assert.is(told['state']?.stays.length, 2);
  assert.ok(fs.existsSync(at('.venv-local/lib')) && fs.existsSync(at('scripts/paths.py')));
  const { stdout } = await runJust(project, ['uninstall'], env);
  assert.match(stdout, 'nothing was removed: `npx just uninstall --yes` removes it');
  assert.match(stdout, /\.just-lora\/training\/first +\d.* stays: checkpoints/);
});

test('follows no link out of the project, and takes no folder that holds data', async () => {
  fs.renameSync(at('.venv-local'), path.join(elsewhere, 'moved'));
  fs.symlinkSync(path.join(elsewhere, 'moved'), at('.venv-local'));
  write('just-lora.json', '{"state":"building"}');
  const linked = await uninstall(3, '--set', 'environments.local.path=.venv-local', '--set', 'remote.path=.');
  assert.match(linked['environments']?.stays.join('\n') ?? '', /`\.venv-local` is a link to .*\n.*`\.` holds `\.`/s);
  assert.equal(places(linked['environments']), ['.venv-local.before']);
  fs.rmSync(at('just-lora.json'));
  fs.rmSync(at('.venv-local'));
  fs.renameSync(path.join(elsewhere, 'moved'), at('.venv-local'));
});

test('killed at any moment, the next run finishes; data, models, adapters and what a person changed are untouched', async () => {
  for (let number = 0; number < 400; number++) write(`.venv-local/lib/${number}/a.py`);
  const { child, ended } = startJust(project, ['uninstall', '--yes'], env);
  const kill = setInterval(() => {
    if (!fs.existsSync(at('.venv-local/lib/100'))) child.kill('SIGKILL');
  }, 1);
  await ended;
  clearInterval(kill);
  await uninstall(0, '--yes');
  assert.equal(filesIn(project), [
    '.gitignore',
    '.just-lora/.gitignore',
    '.just-lora/conda.json',
    '.just-lora/kept/2026-11-28T17-25-00-123Z/data/raw/a.jsonl',
    '.just-lora/training/first/0123456789ab/checkpoints/checkpoint-50/optimizer.pt',
    '.venv-local.kept/lib/python3.10/site-packages/mine.py',
    '.venv-remote/pyvenv.cfg',
    'adapters/.gitkeep',
    'adapters/first/adapter_model.safetensors',
    'configs/setup.yaml',
    'configs/train.sky.yaml',
    'data/processed/.gitkeep',
    'data/raw/.gitkeep',
    'data/raw/a.jsonl',
    'data/synthetic/.gitkeep',
    'just.config.ts',
    'models/.gitkeep',
    'models/m/.cache/just-lora/replaced/config.json',
    'models/m/model.safetensors',
  ]);
  assert.equal(fs.readdirSync(path.join(elsewhere, 'envs')), ['w.before']);
  for (const gone of ['.just-lora/proofs', '.just-lora/lock.json', 'scripts', 'configs/schemas']) assert.not(fs.existsSync(at(gone)), gone);
});

test('environments of other profiles that wait go too; what a person put into one, or into the state, stays without --kept', async () => {
  const own = temporaryFolder('own');
  const file = (name: string, text = 'x') => {
    fs.mkdirSync(path.dirname(path.join(own, name)), { recursive: true });
    fs.writeFileSync(path.join(own, name), text);
  };
  const venv = (name: string, place = '.venv-remote') => {
    const record = { state: 'done', path: path.join(own, place), base: {}, markers: {}, inputs: {} };
    file(`${name}/pyvenv.cfg`);
    file(`${name}/lib/python3.10/site-packages/a-1.dist-info/RECORD`, '../../../requirements.txt,,\na/b.py,,\n');
    file(`${name}/requirements.txt`, 'brought by a package');
    file(`${name}/just-lora.json`, JSON.stringify(record));
  };
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(own, 'node_modules'));
  file('just.config.ts', `import { registerTasks } from '${repository}/tasks';\nregisterTasks();\n`);
  for (const name of ['.venv-remote', '.venv-remote.as-asked', '.venv-remote.compat', '.venv-remote.current-2']) venv(name);
  venv('.venv-local', '.venv-local');
  file('.venv-local/notes.txt', 'mine');
  // Killed while it was removed, and one that is somebody else's.
  file('.venv-remote.compat/just-lora.json', '{"state":"building"}');
  file('.venv-remote.mine/pyvenv.cfg');
  file('.venv-remote.current/pyvenv.cfg');
  file('.just-lora/proofs/a.json', '{}');
  file('.just-lora/notes.md', 'mine');
  const run = async (...args: string[]) => {
    const { exitCode, stdout } = await runJust(own, ['uninstall', '--json', ...args]);
    const steps: Told[] = JSON.parse(stdout).steps;
    return { exitCode, of: (name: string) => steps.find((step) => step.name === name) };
  };
  const others = ['.venv-remote', '.venv-remote.as-asked', '.venv-remote.compat', '.venv-remote.current-2'];
  const looked = await run();
  assert.equal(places(looked.of('environments'))?.sort(), others);
  assert.match(
    looked.of('environments')?.stays.join() ?? '',
    /`\.venv-local` \(\d.*B\), environment with notes\.txt, which a person added: `--kept` removes/,
  );
  assert.match(looked.of('environments')?.stays.join() ?? '', /`\.venv-remote\.current` is not one that just-lora made/);
  assert.match(
    looked.of('state')?.stays.join() ?? '',
    /^`\.just-lora\/notes\.md` \(\d.*B\), not written by just-lora: `--kept` removes it too$/,
  );
  assert.is((await run('--yes')).exitCode, 0);
  const { stdout } = await runJust(own, ['uninstall']);
  assert.match(stdout, /environments +✔ right +nothing but what `--kept` removes is there: 1 place, \d.*B\n/);
  assert.match(stdout, /\.venv-local +\d.*B +stays: environment with notes\.txt, which a person added/);
  assert.match(stdout, /conda +✔ right +nothing of just-lora is there/);
  const names = () => fs.readdirSync(own).sort();
  const left = ['.venv-remote.current', '.venv-remote.mine', 'just.config.ts', 'node_modules'];
  assert.equal(names(), ['.just-lora', '.venv-local', ...left]);
  assert.ok(fs.existsSync(path.join(own, '.just-lora/notes.md')) && !fs.existsSync(path.join(own, '.just-lora/proofs')));
  const kept = await run('--yes', '--kept');
  assert.is(kept.exitCode, 0);
  assert.equal(names(), left);
});

test('checkpoints, files put aside and environments that a person added to go with --kept, later too', async () => {
  const told = await uninstall(3, '--kept');
  assert.equal(places(told['conda']), [path.join(elsewhere, 'envs/w.before')]);
  assert.equal(places(told['state'])?.slice(0, 2), ['.just-lora/training/first', '.just-lora/kept/2026-11-28T17-25-00-123Z']);
  await uninstall(0, '--yes', '--kept');
  assert.not(fs.existsSync(at('.just-lora')));
  assert.equal(fs.readdirSync(path.join(elsewhere, 'envs')), []);
});

test('a link in the place of the checkpoints, as on a volume of a rented machine, is not followed', async () => {
  write('.just-lora/proofs/a.json', '{}');
  fs.mkdirSync(path.join(elsewhere, 'volume/first'), { recursive: true });
  fs.writeFileSync(path.join(elsewhere, 'volume/first/optimizer.pt'), 'hours');
  fs.symlinkSync(path.join(elsewhere, 'volume'), at('.just-lora/training'));
  const told = await uninstall(0, '--yes', '--kept');
  assert.match(told['state']?.stays.join() ?? '', /`\.just-lora\/training` is a link to/);
  assert.ok(fs.existsSync(path.join(elsewhere, 'volume/first/optimizer.pt')));
  assert.not(fs.existsSync(at('.just-lora/proofs')));
  assert.ok(fs.lstatSync(at('.just-lora/training')).isSymbolicLink());
});

test.run();
