import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault } from '../../tasks/common/errors';
import type { Step } from '../../tasks/engine/step';
import { mergeStep } from '../../tasks/training/merge-step';
import { trainingStep } from '../../tasks/training/training-step';
import type { ContextOptions } from '../support/transcript';
import { mergeProject } from './merge-project';
import { trainProject } from './train-project';

/** What a person is told of an exception of the script that trains, and of the one that merges. */
const test = suite('exceptions of the training script');

const ends = (error: string, stage = 'train') => `result(${JSON.stringify({ ok: false, stage, error })}); process.exit(1);`;

async function faultOf<Seen>(step: Step<Seen>, context: ReturnType<ReturnType<typeof trainProject>['context']>): Promise<Fault> {
  try {
    const { seen } = await step.check(context, 'quick', () => undefined);
    for (const action of (await step.plan?.(context, seen)) ?? []) await action.run(context, () => undefined, seen);
  } catch (error) {
    return (error as { fault: Fault }).fault;
  }
  throw new Error('it went well');
}

const rebuild = /env:remote --force/;

const cases: readonly [error: string, stage: string, code: string, fix: RegExp, options?: ContextOptions][] = [
  [
    'TooLong: no row is left to train on: none has an answer within 1024 tokens',
    'rows',
    'E_TRAIN_ROWS',
    /`npx just train .*max_seq_length=2048`/,
  ],
  ['NoRows: the files of rows have no row', 'rows', 'E_DATA_NONE', /data\/processed\/train\.jsonl/],
  [
    'UnknownTargets: lora.target_modules names c_attn, which a model of type llama does not have; it has q_proj',
    'adapter',
    'E_TARGET_MODULES',
    /`target_modules: \[q_proj, v_proj\]`/,
  ],
  [
    'NotFinite: the loss is not finite: nan at step 3',
    'train',
    'E_TRAINING',
    /`npx just train --no-gpu --set training\.arguments\.learning_rate=0\.002`/,
    { sets: ['training.arguments.learning_rate=0.02'] },
  ],
  [
    'ValueError: the reloaded adapter gives other logits, they differ by 3',
    'reload',
    'E_TRAINING',
    /`npx just validate .*--env=remote --train`/,
  ],
  ['KeyError: no such column', 'rows', 'E_TRAINING', /scripts\/train\.py/],
];

for (const [error, stage, code, fix, options] of cases)
  test(`${error}`, async () => {
    const { context } = trainProject(ends(error, stage));
    const fault = await faultOf(trainingStep, context(options));
    assert.is(fault.code, code, fault.found);
    assert.match(fault.found, error.replace(/^\w+: /, ''));
    assert.match(fault.fix, fix, fault.fix);
    assert.not.match(fault.fix, rebuild);
  });

test('what does speak of the environment is still told to build it again', async () => {
  for (const error of [
    'ModuleNotFoundError: No module named "peft"',
    "TypeError: __init__() got an unexpected keyword argument 'eval_strategy'",
    'RuntimeError: Failed to import transformers.trainer because of the following error',
  ])
    assert.match((await faultOf(trainingStep, trainProject(ends(error)).context())).fix, rebuild, error);
});

test('a checkpoint that cannot be read is named, and the command that is printed moves it aside', async () => {
  const { root, context } = trainProject(`
const folder = job.folder + '/checkpoints/checkpoint-19';
fs.mkdirSync(folder, { recursive: true });
result({ ok: false, stage: 'train', error: 'Damaged: ' + folder + ': RuntimeError: PytorchStreamReader failed reading file' }); process.exit(1);`);
  const fault = await faultOf(trainingStep, context());
  assert.is(fault.code, 'E_TRAINING');
  assert.match(
    fault.found,
    /^the checkpoint `\.just-lora\/training\/first\/\w+\/checkpoints\/checkpoint-19` cannot be gone on from: RuntimeError/,
  );
  const command = /^`(mv .*) && npx just train --no-gpu`/.exec(fault.fix)?.[1] ?? '';
  assert.is(spawnSync('sh', ['-c', command], { cwd: root }).status, 0, fault.fix);
  const work = path.join(root, '.just-lora/training/first', fs.readdirSync(path.join(root, '.just-lora/training/first'))[0] ?? '');
  assert.equal(fs.readdirSync(path.join(work, 'checkpoints')), []);
  assert.ok(fs.existsSync(path.join(work, 'damaged-checkpoint-19')));
});

test('a full disk is told with the place and what is free there, in training and in merging', async () => {
  for (const error of [
    'SafetensorError: Error while serializing: IoError(Os { code: 28, kind: StorageFull, message: "No space left on device" })',
    'OSError: [Errno 28] No space left on device',
    'SafetensorError: I/O error: Disk quota exceeded (os error 122)',
  ]) {
    const faults = [
      await faultOf(trainingStep, trainProject(ends(error)).context()),
      await faultOf(mergeStep, mergeProject(`end(${JSON.stringify({ ok: false, stage: 'save', error })}); process.exit(1);`).context()),
    ];
    for (const fault of faults) {
      assert.is(fault.code, 'E_DISK_FULL', fault.found);
      assert.match(
        fault.found,
        /^the (training|merge) ended at stage `(train|save)`: no space left on the device; `.+` has [\d.]+ \w+ free$/,
      );
      assert.match(fault.fix, /`npx just storage`/);
    }
  }
  const half = ends('RuntimeError: [enforce fail at inline_container.cc:424] . unexpected pos 64 vs 0');
  assert.is((await faultOf(trainingStep, trainProject(half).context())).code, 'E_TRAINING', 'there is room');
});

test('a merge that fails is sent to adapter and base, never to a GPU; one that the system ended, to its memory', async () => {
  const error = "TypeError: unsupported operand type(s) for /: 'str' and 'int'";
  const fault = await faultOf(
    mergeStep,
    mergeProject(`end(${JSON.stringify({ ok: false, stage: 'adapter', error })}); process.exit(1);`).context(),
  );
  assert.equal([fault.code, fault.fix.includes('npx just model:verify --adapter=adapters/first --full')], ['E_MERGE', true], fault.fix);
  const library = `end(${JSON.stringify({ ok: false, stage: 'import', error: 'ImportError: no peft' })}); process.exit(1);`;
  assert.match((await faultOf(mergeStep, mergeProject(library).context())).fix, rebuild);
  assert.match((await faultOf(mergeStep, mergeProject("process.kill(process.pid, 'SIGKILL');").context())).fix, /free memory/);
});

test.run();
