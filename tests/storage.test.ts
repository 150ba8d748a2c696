import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Interrupted } from '../tasks/common/errors';
import type { Progress } from '../tasks/engine/step';
import { checkVolume } from '../tasks/storage/judge';
import { measuring } from '../tasks/storage/measuring';
import { contextWith } from './support/context';
import { projectCopy, runJust, temporaryFolder } from './support/project';
import { skip } from './support/skip';
import { mountTmpfs } from './support/tmpfs';

const test = suite('storage');
const GB = 1e9;
const whole = { kept: 20 * GB, all: 30 * GB };
const parts = (models: number, modelsThere: number, others = 4, buffer = 10) => [
  { name: 'models', budgetBytes: models * GB, thereBytes: modelsThere * GB },
  { name: 'others', budgetBytes: others * GB, thereBytes: 0 },
  { name: 'buffer', budgetBytes: buffer * GB, thereBytes: 0, buffer: true },
];

const table: [what: string, freeGb: number, parts: ReturnType<typeof parts>, level: string][] = [
  ['31 GB free', 31, parts(16, 0), 'ok'],
  ['29 GB free warns', 29, parts(16, 0), 'warn'],
  ['19 GB free is an error', 19, parts(16, 0), 'error'],
  ['5 GB free with the 16 GB model there', 5, parts(16, 16), 'warn'],
  ['15 GB free with the 16 GB model there', 15, parts(16, 16), 'ok'],
  ['what is there beyond its budget does not count', 5, parts(10, 60, 10), 'error'],
  ['a volume for models alone needs room for the model', 15, parts(16, 0, 0, 0), 'error'],
  ['a volume for models alone, 17 GB free', 17, parts(16, 0, 0, 0), 'ok'],
];

for (const [what, freeGb, volumeParts, level] of table)
  test(what, () => {
    assert.is(checkVolume({ measured: '/', availableBytes: freeGb * GB, parts: volumeParts }, whole, 20 * GB, 30 * GB).level, level);
  });

const json = async (project: string, ...args: string[]) => {
  const { stdout, exitCode } = await runJust(project, ['storage', ...args, '--json']);
  return { step: JSON.parse(stdout).steps[0], exitCode };
};

test('reports the free space of this machine with the breakdown, and writes nothing', async () => {
  const project = projectCopy();
  const { step, exitCode } = await json(project, '--set', 'storage.error_gb=0.000001', '--set', 'storage.warn_gb=0.000002');
  assert.is(exitCode, 0);
  assert.is(step.state, 'done');
  assert.equal(step.table[0], ['category', 'budget', 'already there', 'still needed', 'free where it goes']);
  assert.equal(
    step.table.slice(1).map(([name]: string[]) => name),
    ['raw data', 'processed data', 'models', 'checkpoints', 'buffer'],
  );
});

test('the root of the machine is refused as a folder, with its setting, and not walked through', async () => {
  const { step, exitCode } = await json(projectCopy(), '--set', 'paths.data_raw=/');
  assert.equal([exitCode, step.state, step.code], [1, 'blocked', 'E_CONFIG'], JSON.stringify(step));
  assert.is(step.found, 'paths.data_raw is `/`, by --set: it holds all of the machine');
});

test('of a folder of models outside of the project only its own models count, though the project lies in it', async () => {
  const workspace = temporaryFolder();
  const project = projectCopy(path.join(workspace, 'project'));
  for (const [name, bytes] of Object.entries({ 'llama-3.1-8b': 3e6, 'of-a-colleague': 9e6 })) {
    fs.mkdirSync(path.join(workspace, name));
    fs.writeFileSync(path.join(workspace, name, 'model.safetensors'), Buffer.alloc(bytes));
  }
  for (const folder of ['..', workspace]) {
    const { step } = await json(project, '--set', `paths.models_dir=${folder}`);
    assert.is(step.table.find(([name]: string[]) => name === 'models')[2], '3 MB', folder);
  }
});

test('a walk says how far it is, and ends with the run', async () => {
  const context = contextWith({});
  fs.mkdirSync(path.join(context.root, 'models'));
  for (const name of ['one', 'two']) fs.writeFileSync(path.join(context.root, 'models', name), 'x'.repeat(10_000));
  const said: Progress[] = [];
  const measure = measuring(context, (progress) => void said.push(progress), 0);
  assert.ok((await measure(path.join(context.root, 'models'))) >= 20_000);
  assert.match(said.at(-1)?.text ?? '', /^[\d.]+ kB in 2 files so far, now in `models`$/);
  assert.ok(said.every(({ atOnce }) => atOnce));
  context.host.processes.interrupt('SIGINT');
  const ended = await measure(path.join(context.root, 'models')).catch((error: unknown) => error);
  assert.instance(ended, Interrupted);
});

test('too little room is blocked with both numbers, exit 1; a warning lets the run go on', async () => {
  const project = projectCopy();
  const blocked = await json(project, '--set', 'storage.error_gb=900000', '--set', 'storage.warn_gb=900001');
  assert.is(blocked.exitCode, 1);
  assert.is(blocked.step.code, 'E_STORAGE');
  assert.match(blocked.step.found, /^[\d.]+ [GT]B free in `.*`.*, 900 TB needed$/);
  const warned = await json(project, '--set', 'storage.error_gb=0.000001', '--set', 'storage.warn_gb=900000');
  assert.is(warned.exitCode, 0);
  assert.match(warned.step.warning, /^[\d.]+ [GT]B free.*, below storage\.warn_gb \(\S+ [GT]B\)$/);
});

const onTmpfs = 'counts what is already there on each filesystem by itself';
const mounted = temporaryFolder();
const unmounted = mountTmpfs(mounted, 'size=64m');
if (unmounted) skip(test, onTmpfs, unmounted);
else
  test(onTmpfs, async () => {
    const project = projectCopy();
    const settings = {
      'paths.models_dir': path.join(mounted, 'models'),
      'storage.budget_gb': '{raw: 0.001, processed: 0.001, models: 0.05, checkpoints: 0.001, buffer: 0.01}',
      'storage.error_gb': '0.053',
      'storage.warn_gb': '0.063',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    fs.mkdirSync(path.join(mounted, 'models', 'llama-3.1-8b'), { recursive: true });
    assert.is((await json(project, ...args)).exitCode, 0);
    fs.writeFileSync(path.join(mounted, 'other'), Buffer.alloc(40e6));
    const full = await json(project, ...args);
    assert.is(full.exitCode, 1, '40 MB of something else leave too little');
    assert.match(full.step.found, /MB free in `.*models`/);
    fs.renameSync(path.join(mounted, 'other'), path.join(mounted, 'models', 'llama-3.1-8b', 'model.safetensors'));
    const holds = await json(project, ...args);
    assert.is(holds.exitCode, 0, 'the same 40 MB as part of the model count');
    assert.equal(holds.step.table.find(([name]: string[]) => name === 'models').slice(1, 4), ['50 MB', '40 MB', '10 MB']);
  });

const onFull = 'a project on a full disk is looked at all the same: it is what the cure of a full disk names';
const small = temporaryFolder('jl-full');
const unmountedSmall = mountTmpfs(small, 'size=24m');
if (unmountedSmall) skip(test, onFull, unmountedSmall);
else
  test(onFull, async () => {
    const project = projectCopy(path.join(small, 'project'));
    spawnSync('dd', ['if=/dev/zero', `of=${path.join(small, 'fill')}`, 'bs=4k'], { stdio: 'ignore' });
    const { step, exitCode } = await json(project);
    assert.equal([step.name, step.state, exitCode], ['storage', 'blocked', 1], JSON.stringify(step));
    const { stdout, stderr } = await runJust(project, ['storage']);
    assert.match(stdout + stderr, /free in/);
    assert.not.match(stdout + stderr, /ENOSPC/);
  });

test.run();
