import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lengthsOf } from '../../tasks/data/length/length-report';
import { type Lengths, lengthText } from '../../tasks/data/length/lengths';
import { LengthTally } from '../../tasks/data/length/tally-lengths';
import type { FileReport } from '../../tasks/data/look-at-file';
import type { Context } from '../../tasks/engine/context';
import { writeProof } from '../../tasks/engine/state';
import type { Progress } from '../../tasks/engine/step';
import { progressOf } from '../../tasks/training/run-training-script';
import { trainingStep } from '../../tasks/training/training-step';
import { makeAdapter } from '../checkpoints/adapters/adapter';
import { temporaryFolder } from '../support/project';
import { facts, trainProject as project } from './train-project';

/** The step that trains, with a program in the place of Python that makes an adapter as scripts/train.py does. */
const test = suite('the step that trains');

const write = (root: string, file: string, text: string) => fs.writeFileSync(path.join(root, file), text);

async function train(context: Context): Promise<Progress[]> {
  const told: Progress[] = [];
  const { seen } = await trainingStep.check(context, 'quick');
  for (const action of (await trainingStep.plan?.(context, seen)) ?? [])
    await action.run(context, (progress) => void told.push(progress), seen);
  return told;
}

const look = async (context: Context) => {
  const { seen: _, ...finding } = await trainingStep.check(context, 'quick');
  return finding as typeof finding & { fix: string };
};

/** @returns the code of the error and its words */
async function refusal(context: Context): Promise<{ code: string; found: string; fix: string }> {
  try {
    await train(context);
  } catch (error) {
    return (error as { fault: { code: string; found: string; fix: string } }).fault;
  }
  throw new Error('it went well');
}

test('it is told what is trained, told how far it is, and leaves the adapter with what it was made of', async () => {
  const { root, context, job } = project(`
console.error('stage: model');
console.error('progress: ' + JSON.stringify({ step: 1, steps: 3, loss: 5.5, tokensPerSecond: 100, secondsLeft: 90 }));
adapter(); done();`);
  assert.equal(await look(context()), { state: 'todo', found: 'not trained yet' });
  const told = await train(context());
  assert.equal(told, [
    { text: 'loading the model' },
    { text: 'loss 5.500, 100 tokens/s, 1 min 30 s left', count: { done: 1, total: 3, noun: 'step' } },
  ]);
  const { model, train: rows, validation, device, lora, folder, logs, program } = job();
  assert.equal([model, device, lora.rank, logs], [path.join(root, 'models/llama-3.1-8b'), 'cpu', 16, path.join(root, 'logs/first')]);
  assert.equal(rows, [[path.join(root, 'data/processed/train.jsonl'), 'data/processed/train.jsonl']]);
  assert.equal(validation, [[path.join(root, 'data/processed/valid.jsonl'), 'data/processed/valid.jsonl']]);
  assert.match(program, /scripts\/train\.py$/);
  assert.not.ok(fs.existsSync(folder), 'checkpoints are gone once the adapter is there');
  const finding = await look(context());
  assert.is(finding.state, 'done', JSON.stringify(finding));
  assert.is(finding.found, '`adapters/first`, 3 steps on cpu in float32 over 2 rows: loss 5.50 → 4.50, 4.75 in validation');
  const run = JSON.parse(fs.readFileSync(path.join(root, 'adapters/first/run.json'), 'utf8'));
  assert.equal(
    run.data.map(({ file, split }: { file: string; split: string }) => [file, split]),
    [
      ['data/processed/train.jsonl', 'train'],
      ['data/processed/valid.jsonl', 'validation'],
    ],
  );
  assert.equal(run.result.samples, facts.samples);
  const card = fs.readFileSync(path.join(root, 'adapters/first/README.md'), 'utf8');
  assert.match(card, /^---\nlibrary_name: peft\n[\s\S]*\| loss in validation \| 4\.7500 \|/);
  assert.not.match(card, /cloudy|\brain\b/, 'the card quotes no data');
});

const modeOf = (file: string) => (fs.statSync(file).mode & 0o777).toString(8);

for (const umask of [0o022, 0o027, 0o077])
  test(`umask ${umask.toString(8).padStart(3, '0')}: the weights are for those who may read the rest, whatever safetensors wrote`, async () => {
    const usual = process.umask(umask);
    try {
      const { root, context } = project("adapter(); fs.chmodSync(job.folder + '/adapter/adapter_model.safetensors', 0o600); done();");
      await train(context());
      const names = fs.readdirSync(path.join(root, 'adapters/first')).sort();
      assert.equal(names, ['README.md', 'adapter_config.json', 'adapter_model.safetensors', 'run.json']);
      for (const name of names) assert.is(modeOf(path.join(root, 'adapters/first', name)), (0o666 & ~umask).toString(8), name);
    } finally {
      process.umask(usual);
    }
  });

test('an adapter whose every `lora_B` is 0 is no success: too few steps, or too low a rate', async () => {
  const zero = `adapter();
const file = job.folder + '/adapter/adapter_model.safetensors';
const bytes = fs.readFileSync(file);
fs.writeFileSync(file, bytes.fill(0, 8 + Number(bytes.readBigUInt64LE())));`;
  const few = project(`${zero} result({ ok: true, ...${JSON.stringify({ ...facts, steps: 1 })} });`);
  const fault = await refusal(few.context({ sets: ['training.arguments.epochs=1'] }));
  assert.is(fault.code, 'E_TRAINING');
  assert.match(fault.found, /^the adapter has learned nothing: every `lora_B` is 0 after 1 step, /);
  assert.is(fault.fix, '`npx just train --no-gpu --name=first --set training.arguments.epochs=64` makes more steps of these rows');
  assert.not.ok(fs.existsSync(path.join(few.root, 'adapters/first')));
  const many = project(`${zero} result({ ok: true, ...${JSON.stringify({ ...facts, steps: 90, rows: { ...facts.rows, rows: 900 } })} });`);
  assert.match((await refusal(many.context())).fix, /training\.arguments\.learning_rate=0\.002` learns faster$/);
});

test('an adapter of an earlier step says so: the best in validation', async () => {
  const better = 'evaluations: [{ step: 2, loss: 4.5 }, { step: 3, loss: 4.75 }], best: { step: 2, loss: 4.5 }';
  const { root, context } = project(`adapter(); result({ ok: true, ...${JSON.stringify(facts)}, ${better} });`);
  await train(context());
  const { found } = await look(context());
  assert.match(String(found), /4\.50 in validation, of step 2, the best$/);
  assert.match(
    fs.readFileSync(path.join(root, 'adapters/first/README.md'), 'utf8'),
    '| loss in validation | 4.5000, of step 2: the best of 2 |',
  );
  const changed = await look(context({ sets: ['training.arguments.load_best_model_at_end=false'] }));
  assert.match(String(changed.found), 'load_best_model_at_end');
});

test('checkpoints may lie elsewhere, by a link', async () => {
  const kept = temporaryFolder();
  const where = path.join(temporaryFolder(), 'where');
  const { root, context } = project(`fs.writeFileSync(${JSON.stringify(where)}, fs.realpathSync(job.folder)); adapter(); done();`);
  fs.mkdirSync(path.join(root, '.just-lora'));
  fs.symlinkSync(kept, path.join(root, '.just-lora/training'));
  await train(context());
  assert.is((await look(context())).state, 'done');
  assert.ok(fs.readFileSync(where, 'utf8').startsWith(`${kept}${path.sep}`));
  assert.ok(fs.lstatSync(path.join(root, '.just-lora/training')).isSymbolicLink());
});

test('made from other inputs it is never overwritten: another name, or the old one is kept', async () => {
  const { root, context } = project();
  await train(context());
  write(root, 'adapters/first/mine.txt', 'mine');
  const other = { sets: ['training.arguments.epochs=1'] };
  const blocked = await look(context(other));
  assert.equal([blocked.state, 'code' in blocked && blocked.code], ['blocked', 'E_ADAPTER_EXISTS']);
  assert.match(blocked.found, /trained from other inputs: arguments\.epochs 3 → 1$/);
  write(root, 'data/processed/train.jsonl', '{"text": "sun"}\n');
  assert.match((await look(context())).found, /`data\/processed\/train\.jsonl` changed$/);
  assert.is((await look(context({ options: { name: 'second' } }))).state, 'todo');
  // The name that is offered is one that nothing has.
  const offered = async (name: string) => /--name=(\S+)`/.exec((await look(context({ ...other, options: { name } }))).fix ?? '')?.[1];
  assert.is(await offered('first'), 'second');
  makeAdapter(path.join(root, 'adapters/second'));
  fs.symlinkSync('nowhere', path.join(root, 'adapters/third'));
  assert.equal([await offered('first'), await offered('second'), await offered('third')], ['fourth', 'fourth', 'fourth']);
  for (const name of ['fourth', 'fifth', 'sixth']) makeAdapter(path.join(root, `adapters/${name}`));
  assert.is(await offered('first'), 'sixth-2');
  await train(context({ ...other, forced: true }));
  assert.is((await look(context(other))).state, 'done');
  const kept = fs.readdirSync(path.join(root, 'adapters')).filter((name) => name.startsWith('first-before-'));
  assert.is(kept.length, 1);
  assert.is(fs.readFileSync(path.join(root, 'adapters', kept[0] ?? '', 'mine.txt'), 'utf8'), 'mine');
});

test('the plan and the look at the data name the same number of steps', async () => {
  const { context } = project();
  const cases: [number, string[], number | undefined][] = [
    [40, [], 8],
    [40, ['epochs=1'], 3],
    [40, ['epochs=0.5', 'batch_size=1'], 5],
    [41, ['gradient_accumulation_steps=1', 'batch_size=2'], 62],
    [40, ['processes=2'], 4],
    [40, ['processes=0'], undefined],
  ];
  for (const [rows, settings, steps] of cases) {
    const sets = settings.map((each) => `training.${each.startsWith('processes') ? '' : 'arguments.'}${each}`);
    const all = new LengthTally();
    all.add(20, rows);
    const models = [{ name: 'tiny', tokenizer: undefined, template: undefined, addsBos: false, bos: '', eos: '' }];
    const file = { file: { split: 'train' }, lengths: [all] } as unknown as FileReport;
    const [lengths] = await lengthsOf(context({ sets }), [file], { limit: 2048, models });
    assert.is(lengths?.steps, steps, settings.join());
    assert.is(lengthText([lengths as Lengths]).includes('step'), steps !== undefined);
    if (steps === undefined) continue;
    const { seen } = await trainingStep.check(context({ sets }), 'quick');
    writeProof(context(), 'data', { inputs: {}, found: '', data: { data: { files: [{ file: 'data/processed/train.jsonl', rows }] } } });
    const [action] = (await trainingStep.plan?.(context({ sets }), seen)) ?? [];
    assert.match(action?.title ?? '', ` ${steps} steps`, settings.join());
  }
});

test('several processes: told in the plan, started by ranks.py, in the record, and another training than with one', async () => {
  const { context, job } = project();
  const two = { sets: ['training.processes=2'] };
  const { seen } = await trainingStep.check(context(two), 'quick');
  writeProof(context(), 'data', {
    inputs: {},
    found: '',
    data: { data: { files: [{ file: 'data/processed/train.jsonl', rows: 64 }] } },
  });
  const [action] = (await trainingStep.plan?.(context(two), seen)) ?? [];
  assert.match(
    action?.title ?? '',
    /: 64 rows \(.*\), 6 steps of 2 × 4 × 4 = 32 examples a step \(`gradient_accumulation_steps: 2` keeps 16\) in 2 processes$/,
  );
  await train(context(two));
  assert.match(job().program, /ranks\.py$/);
  assert.match(job().more[0], /scripts\/train\.py$/);
  assert.equal([job().more[1], job().processes], ['2', 2]);
  assert.is((await look(context(two))).state, 'done');
  const one = await look(context());
  assert.equal([one.state, 'code' in one && one.code], ['blocked', 'E_ADAPTER_EXISTS']);
  assert.match(one.found, /other inputs: processes changed$/);
});

test('how often a checkpoint is written makes no other adapter', async () => {
  const { context } = project();
  await train(context());
  assert.is((await look(context({ sets: ['training.arguments.save_steps=7'] }))).state, 'done');
});

test('an adapter of somebody else is left alone', async () => {
  const { root, context } = project();
  makeAdapter(path.join(root, 'adapters/first'));
  const blocked = await look(context());
  assert.equal([blocked.state, 'code' in blocked && blocked.code], ['blocked', 'E_ADAPTER_EXISTS']);
  assert.match(blocked.found, /was not made by `train`/);
});

test('what is damaged afterwards is told, and not trained again over it', async () => {
  const { root, context } = project();
  await train(context());
  fs.truncateSync(path.join(root, 'adapters/first/adapter_model.safetensors'), 100);
  const blocked = await look(context());
  assert.equal([blocked.state, 'code' in blocked && blocked.code], ['blocked', 'E_ADAPTER'], JSON.stringify(blocked));
  // What the cure names does what it says.
  assert.match(blocked.fix, '`npx just train --no-gpu --name=first --force=training` trains it again');
  await train(context({ forced: true }));
  assert.is((await look(context())).state, 'done');
  const kept = fs.readdirSync(path.join(root, 'adapters')).find((name) => name.startsWith('first-before-')) ?? '';
  assert.is(fs.statSync(path.join(root, 'adapters', kept, 'adapter_model.safetensors')).size, 100);
});

test('a whole checkpoint is gone on from, one without its mark is none, and those of other settings do not count', async () => {
  const { root, context, job } = project(`result({ ok: false, stage: 'train', error: 'Error: gone' }); process.exit(1);`);
  assert.is((await refusal(context())).code, 'E_TRAINING');
  const { folder } = job();
  for (const [name, mark] of [
    ['checkpoint-5', true],
    ['checkpoint-10', true],
    ['checkpoint-15', false],
  ] as const) {
    fs.mkdirSync(path.join(folder, 'checkpoints', name), { recursive: true });
    if (mark) fs.writeFileSync(path.join(folder, 'checkpoints', name, 'whole.json'), '{}');
  }
  assert.is((await look(context())).found, 'not whole yet: it goes on at step 10');
  fs.writeFileSync(path.join(folder, 'checkpoints/checkpoint-10/whole.json'), JSON.stringify({ step: 10, sizes: { 'optimizer.pt': 7 } }));
  assert.is(
    (await look(context())).found,
    'not whole yet: it goes on at step 5; `checkpoint-10` (`optimizer.pt` is damaged) does not count',
  );
  assert.match(
    (await look(context({ sets: ['training.lora.rank=4'] }))).found,
    /^not trained yet; checkpoints of 1 other training of this name/,
  );
  assert.not.ok(fs.existsSync(path.join(root, 'adapters/first')));
});

test('once an adapter is there its checkpoints go; those of other settings stay, and it says so', async () => {
  const { root, context } = project();
  const other = path.join(root, '.just-lora/training/first/0123456789ab/checkpoints/checkpoint-50/optimizer.pt');
  fs.mkdirSync(path.dirname(other), { recursive: true });
  fs.writeFileSync(other, 'hours of a GPU');
  await train(context());
  assert.ok(fs.existsSync(other));
  assert.equal(fs.readdirSync(path.join(root, '.just-lora/training/first')), ['0123456789ab']);
  assert.match((await look(context())).found, /; checkpoints of 1 other training stay in `\.just-lora\/training\/first`$/);
});

test('a loss in validation that is no number is told as that', async () => {
  const { context } = project(
    `adapter(); result({ ok: true, ...${JSON.stringify({ ...facts, evaluations: [{ step: 3, loss: null }] })} });`,
  );
  await train(context());
  assert.match((await look(context())).found, /loss 5\.50 → 4\.50, no number in validation$/);
});

test('a record that lacks what is shown of it is none of ours', async () => {
  const { root, context } = project();
  await train(context());
  const file = path.join(root, 'adapters/first/run.json');
  const whole = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const cut of ['losses', 'evaluations', 'rows', 'device'] as const) {
    fs.writeFileSync(file, JSON.stringify({ ...whole, result: { ...whole.result, [cut]: undefined } }));
    assert.match((await look(context())).found, /was not made by `train`/, cut);
  }
});

test('rows that are refused, memory that ran out, and an adapter that is not right have errors of their own', async () => {
  const rows = project(`result({ ok: false, stage: 'rows', error: 'Refused: data/processed/train.jsonl:2: nobody answers' });`);
  const refused = await refusal(rows.context());
  assert.equal([refused.code, refused.found], ['E_TRAIN_ROWS', 'data/processed/train.jsonl:2: nobody answers']);
  const memory = project(
    `result({ ok: false, stage: 'train', error: 'OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB' });`,
  );
  const full = await refusal(memory.context());
  assert.is(full.code, 'E_GPU_MEMORY');
  assert.match(full.fix, /takes about .* [MG]B: `npx just gpu --set training\.arguments\.batch_size=\d/);
  const half = project(`adapter(); fs.truncateSync(job.folder + '/adapter/adapter_model.safetensors', 50); done();`);
  assert.is((await refusal(half.context())).code, 'E_ADAPTER');
  assert.not.ok(fs.existsSync(path.join(half.root, 'adapters/first')), 'it gets no name');
});

test('without rows to train on, or with two models, it is said at once', async () => {
  const { root, context } = project();
  for (const name of ['train.jsonl', 'valid.jsonl']) fs.rmSync(path.join(root, 'data/processed', name));
  write(root, 'data/processed/test.jsonl', '{"text": "a"}\n');
  const none = await trainingStep.check(context(), 'quick').catch((error) => error.fault);
  assert.equal([none.code, none.found], ['E_DATA_NONE', 'every file of rows is for validation or tests, by its name']);
  const two = await trainingStep.check(context({ sets: ['models.mistral-7b.enabled=true'] }), 'quick').catch((error) => error.fault);
  assert.equal([two.code, two.found], ['E_USAGE', '2 models are enabled, and one is trained']);
  const name = await trainingStep.check(context({ options: { name: '../x' } }), 'quick').catch((error) => error.fault);
  assert.is(name.code, 'E_USAGE');
});

test('a line that is no word of the script says nothing', () => {
  for (const line of ['progress: {"step": 1}', 'progress: nonsense', 'stage', 'loss 5']) assert.is(progressOf(line), undefined, line);
});

test.run();
