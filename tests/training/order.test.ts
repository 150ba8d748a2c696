import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';
import { pythonWith } from '../support/python';

const test = suite('the order of the rows');

const python = (program: string): string =>
  execFileSync(pythonWith(), ['-c', `import sys; sys.path.insert(0, sys.argv[1])\n${program}`, path.join(repository, 'scripts')], {
    timeout: 20_000,
  })
    .toString()
    .trim();

test('each pass has all rows, in an order that the seed gives, as checkpoints of earlier versions have them', () => {
  const said = python(`
import random
from training_trainer import Ordered
rows = list("abcdefg")
order = []
for number in range(4):
    each = list(range(7))
    random.Random(f"42 {number}").shuffle(each)
    order += [rows[at] for at in each]
made = Ordered(rows, 5, 5, 42)
print(len(made) == 25, list(made) == order[:25], made[5:10] == order[5:10], made[20:30] == order[20:25])`);
  assert.is(said, 'True True True True');
});

test('many passes take no time and no memory before they are made', () => {
  assert.is(
    python(
      'from training_trainer import Ordered\nprint(len(Ordered([1, 2], 10**9, 4, 42)), Ordered([1, 2], 10**9, 4, 42)[-4 + 4 * 10**9:])',
    ).slice(0, 10),
    '4000000000',
  );
});

test('what is no finite number is null where other readers of JSON look', () => {
  const said = python(`
import json
from training_progress import plain
entry = {"loss": 0.5, "grad_norm": float("nan"), "step": 3, "seen": [float("inf"), "nan", True], "more": {"eval_loss": -float("inf")}}
print(json.dumps(plain(entry), allow_nan=False))`);
  assert.equal(JSON.parse(said), { loss: 0.5, grad_norm: null, step: 3, seen: [null, 'nan', true], more: { eval_loss: null } });
});

test.run();
