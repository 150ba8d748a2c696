import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkpointsIn } from '../../tasks/training/checkpoints';
import { repository, temporaryFolder } from '../support/project';
import { pythonWith } from '../support/python';
import { contextFor } from '../support/transcript';

const test = suite('checkpoints that are whole, by the training script and by the plan');

const scripts = path.join(repository, 'scripts');

/** What a program says, with the functions of scripts/training_checkpoints.py. */
const python = (program: string, folder: string): string =>
  execFileSync(
    pythonWith(),
    ['-c', `import sys; sys.path.insert(0, sys.argv[1])\nfrom training_checkpoints import *\n${program}`, scripts, folder],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
    .toString()
    .trim();

/** Checkpoints of steps 5, 10 and 15, as the script marks them. */
function made(): { folder: string; at: (step: number, ...names: string[]) => string } {
  const folder = temporaryFolder();
  const at = (step: number, ...names: string[]) => path.join(folder, 'checkpoints', `checkpoint-${step}`, ...names);
  for (const step of [5, 10, 15]) {
    fs.mkdirSync(at(step, 'more'), { recursive: true });
    for (const name of ['optimizer.pt', 'trainer_state.json', 'more/adapter.safetensors'])
      fs.writeFileSync(at(step, name), 'x'.repeat(1000));
    python(`vouch(sys.argv[2], ${step})`, at(step));
  }
  return { folder, at };
}

const damage: readonly [what: string, does: (at: ReturnType<typeof made>['at']) => void, step: number][] = [
  ['nothing', () => undefined, 15],
  ['a file that is cut short', (at) => fs.truncateSync(at(15, 'optimizer.pt'), 100), 10],
  ['one in a folder of it', (at) => fs.truncateSync(at(15, 'more', 'adapter.safetensors'), 0), 10],
  ['one that is gone', (at) => fs.rmSync(at(15, 'trainer_state.json')), 10],
  ['two of them', (at) => void [10, 15].map((step) => fs.truncateSync(at(step, 'optimizer.pt'), 1)), 5],
  ['a mark that is none', (at) => fs.writeFileSync(at(15, 'whole.json'), '{"step": 1'), 10],
  ['no mark', (at) => fs.rmSync(at(15, 'whole.json')), 10],
  [
    'a mark of an earlier version',
    (at) => [fs.writeFileSync(at(15, 'whole.json'), '{"step": 15}'), fs.truncateSync(at(15, 'optimizer.pt'), 1)],
    15,
  ],
  ['what a person moved aside', (at) => fs.renameSync(at(15), at(15).replace('checkpoint-15', 'checkpoint-15.kept')), 10],
];

for (const [what, does, step] of damage)
  test(`${what}: it goes on at step ${step}`, () => {
    const { folder, at } = made();
    does(at);
    const context = contextFor(temporaryFolder());
    assert.is(checkpointsIn(context, folder).find(({ fault }) => fault === undefined)?.step, step);
    assert.is(python('print(newest(sys.argv[2]))', path.join(folder, 'checkpoints')), at(step));
  });

test('one that was whole once is kept aside, each time it comes to that; one that never was goes', () => {
  const { folder, at } = made();
  fs.truncateSync(at(15, 'optimizer.pt'), 100);
  fs.rmSync(at(10, 'whole.json'));
  const checkpoints = path.join(folder, 'checkpoints');
  python('newest(sys.argv[2])', checkpoints);
  fs.cpSync(path.join(folder, 'damaged-checkpoint-15'), at(15), { recursive: true });
  python('newest(sys.argv[2])', checkpoints);
  assert.equal(fs.readdirSync(folder).sort(), ['checkpoints', 'damaged-checkpoint-15', 'damaged-checkpoint-15.2']);
  assert.equal(fs.readdirSync(checkpoints), ['checkpoint-5']);
});

test('where none is whole it begins anew', () => {
  const { folder, at } = made();
  for (const step of [5, 10, 15]) fs.truncateSync(at(step, 'optimizer.pt'), 1);
  assert.is(python('print(newest(sys.argv[2]))', path.join(folder, 'checkpoints')), 'None');
});

test.run();
