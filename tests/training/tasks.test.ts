import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeModelRecord } from '../../tasks/hub/store/model-record';
import { thisHost } from '../../tasks/platform';
import { lookOnly } from '../../tasks/training/look-only';
import type { Commit } from '../../tasks/untrusted/hashes';
import { makeAdapter } from '../checkpoints/adapters/adapter';
import { commit, makeModel, recordAsHf } from '../checkpoints/models/model';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { contextFor } from '../support/transcript';
import { mergeProject } from './merge-project';
import { commandIn, runTask, withTasks } from './tasks';
import { trainProject } from './train-project';

/** The tasks that train and merge, as processes: what a run comes to, and the commands that it names. */
const test = suite('train and train:merge as they are typed');

const left = (root: string) => fs.readdirSync(path.join(root, 'models')).sort();

test('a merge that is forced is done once: the old model is kept, and the run ends well', async () => {
  const { root } = mergeProject();
  withTasks(root);
  assert.is((await runTask(root, ['train:merge'])).state, 'done');
  const forced = await runTask(root, ['train:merge', '--force=merge']);
  assert.equal([forced.exitCode, forced.state, forced.code], [0, 'done', undefined], JSON.stringify(forced));
  assert.is(left(root).length, 3, left(root).join());
  assert.match(left(root)[1] ?? '', /^first-merged-before-/);
  fs.appendFileSync(path.join(root, 'adapters/first/adapter_config.json'), ' ');
  const other = await runTask(root, ['train:merge', '--dtype=float32', '--force=merge']);
  assert.equal([other.exitCode, other.state], [0, 'done'], JSON.stringify(other));
  assert.is(left(root).length, 4);
});

test('the place of a base model is nobody else’s, forced or not: of the settings, of the adapter, or downloaded', async () => {
  const { root } = mergeProject();
  withTasks(root);
  fs.mkdirSync(path.join(root, 'models/other/.cache/just-lora'), { recursive: true });
  const record = { repo: 'owner/other', revision: 'main', commit: 'a'.repeat(40), files: [] };
  fs.writeFileSync(path.join(root, 'models/other/.cache/just-lora/model.json'), JSON.stringify(record));
  // One of the settings is refused before it is there.
  for (const into of ['llama-3.1-8b', 'mistral-7b', 'other'])
    for (const force of [[], ['--force=merge']]) {
      const refused = await runTask(root, ['train:merge', `--into=${into}`, '--dtype=float32', ...force]);
      assert.equal([refused.exitCode, refused.state, refused.code], [1, 'blocked', 'E_MERGED_EXISTS'], into);
      assert.match(refused.found, new RegExp(`^\`models/${into}\` is the place of a base model`));
      assert.is(refused.fix, `\`npx just train:merge --into=${into}-merged --dtype=float32 --name=first\``);
    }
  assert.equal(left(root), ['llama-3.1-8b', 'other']);
});

test('a cure goes on with the options that were given, and does what it says', async () => {
  const merging = mergeProject();
  withTasks(merging.root);
  await runTask(merging.root, ['train:merge', '--into=both']);
  const taken = await runTask(merging.root, ['train:merge', '--into=both', '--dtype=float32']);
  assert.match(
    taken.fix,
    /^`npx just train:merge --into=both-2 --dtype=float32 --name=first`\nor `npx just train:merge --into=both --dtype=float32 --name=first --force=merge`,/,
  );
  assert.is((await runTask(merging.root, commandIn(taken.fix))).state, 'done');
  assert.equal(left(merging.root), ['both', 'both-2', 'llama-3.1-8b']);

  const { root, job } = trainProject();
  withTasks(root);
  fs.cpSync(path.join(root, 'models/llama-3.1-8b'), path.join(root, 'models/mistral-7b'), { recursive: true });
  makeAdapter(path.join(root, 'adapters/first'));
  const asked = ['train', '--no-gpu', '--model=mistral-7b', '--set', 'training.arguments.epochs=1', '--env=remote'];
  const exists = await runTask(root, asked);
  const same = 'npx just train --no-gpu --model=mistral-7b --set training.arguments.epochs=1 --env=remote';
  assert.is(
    exists.fix,
    `\`${same} --name=second\`\nor \`${same} --name=first --force=training\`, which keeps the old one under another name`,
  );
  const second = await runTask(root, commandIn(exists.fix));
  assert.is(second.state, 'done', JSON.stringify(second));
  assert.equal([job().model, job().arguments.epochs], [path.join(root, 'models/mistral-7b'), 1]);
  const two = await runTask(root, ['train', '--no-gpu', '--set', 'models.mistral-7b.enabled=true']);
  assert.is(two.fix, 'name one: `npx just train --no-gpu --set models.mistral-7b.enabled=true --model=llama-3.1-8b`');
});

test('a cure by another task has what every task knows, and no option that it does not take', async () => {
  const { root } = trainProject(`result({ ok: false, stage: 'rows', error: 'Refused: train.jsonl:2: nobody answers' });`);
  withTasks(root);
  const refused = await runTask(root, ['train', '--no-gpu', '--model=llama-3.1-8b', '--set', 'training.lora.rank=4']);
  assert.is(refused.fix, 'mend or remove these rows; `npx just data:check --set training.lora.rank=4` looks at all of them');
  const full = trainProject(`result({ ok: false, stage: 'train', error: 'OutOfMemoryError: CUDA out of memory.' });`);
  withTasks(full.root);
  const memory = await runTask(full.root, ['train', '--no-gpu', '--model=llama-3.1-8b', '--set', 'training.lora.rank=4', '--name=x']);
  assert.is(memory.code, 'E_GPU_MEMORY');
  assert.match(memory.fix, /`npx just gpu --model=llama-3\.1-8b --set training\.lora\.rank=4 --set training\.arguments\./);
});

test('a model that hf has fetched is named as the Hub does, and a later record of the same files changes nothing', async () => {
  const repo = 'meta-llama/Llama-3.1-8B-Instruct';
  const { root } = trainProject();
  withTasks(root);
  const folder = path.join(root, 'models/llama-3.1-8b');
  const files = makeModel(folder);
  assert.is((await runTask(root, ['train', '--no-gpu', '--name=copied'])).state, 'done');
  const read = (file: string) => JSON.parse(fs.readFileSync(path.join(root, 'adapters', file), 'utf8'));
  assert.is(read('copied/run.json').model.repo, null, 'nothing tells where a copy came from');
  recordAsHf(folder, files, { tree: false });
  const trained = await runTask(root, ['train', '--no-gpu', '--name=fetched']);
  assert.is(trained.state, 'done', JSON.stringify(trained));
  assert.equal(read('fetched/run.json').model, { name: 'llama-3.1-8b', repo, commit });
  assert.is(read('fetched/adapter_config.json').base_model_name_or_path, repo);
  // As `model:download` leaves it, once it has found every file to be right.
  writeModelRecord(thisHost(), folder, { repo, revision: 'main', commit: commit as Commit, files: Object.keys(files) });
  for (const name of ['copied', 'fetched']) {
    const again = await runTask(root, ['train', '--no-gpu', `--name=${name}`, '--check']);
    assert.is(again.state, 'done', JSON.stringify(again));
  }
  fs.appendFileSync(path.join(folder, 'config.json'), ' ');
  const other = await runTask(root, ['train', '--no-gpu', '--name=copied', '--check']);
  assert.match(other.found, /the model changed$/);
});

test('a merged model names a base that hf has fetched by its repository, and stays of the same base once that is known', async () => {
  const { root } = mergeProject();
  withTasks(root);
  assert.is((await runTask(root, ['train:merge', '--into=before'])).state, 'done');
  const folder = path.join(root, 'models/llama-3.1-8b');
  recordAsHf(folder, makeModel(folder));
  assert.is((await runTask(root, ['train:merge', '--into=before', '--check'])).state, 'done');
  assert.is((await runTask(root, ['train:merge'])).state, 'done');
  const { base } = JSON.parse(fs.readFileSync(path.join(root, 'models/first-merged/merge.json'), 'utf8'));
  assert.equal(base, { name: 'llama-3.1-8b', repo: 'meta-llama/Llama-3.1-8B-Instruct' });
});

test('the looks before a training name their tasks with what every task knows', async () => {
  const set = ['--set', 'remote.profile=as-asked', '--set', 'remote.engine=venv'];
  const { exitCode, stdout } = await runJust(projectCopy(), ['train', '--model=mistral-7b', '--check', '--json', ...set]);
  const [, model] = JSON.parse(stdout).steps;
  assert.is(exitCode, 1);
  assert.is(model.fix, `\`npx just model:download --model=mistral-7b ${set.join(' ')}\``);
  // What the environment lacks, this machine's disk and network decide: here it is only not made.
  const missing = lookOnly({ name: 'env:remote', title: '', check: async () => ({ state: 'todo', found: 'not there' }) });
  const context = contextFor(temporaryFolder(), { options: { name: 'second', check: '', set: 'remote.profile=as-asked' } });
  const looked = await missing.check({ ...context, task: 'train' }, 'quick');
  assert.is('fix' in looked && looked.fix, '`npx just env:remote --set remote.profile=as-asked`');
});

test.run();
