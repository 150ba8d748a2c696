import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Budget, budgetOf, pieceBytes } from '../../tasks/hub/transfer/budget';

const test = suite('what is asked for at once');

for (const atRiskMb of [8, 64, 1024])
  test(`with ${atRiskMb} MB at risk`, () => {
    const budget = budgetOf(atRiskMb);
    assert.ok(budget < atRiskMb * 1e6);
    for (const connections of [1, 7, 16, 32, 64]) {
      const piece = pieceBytes(budget, connections);
      // Half of each is on its way on the average, and no single one is a large part of the whole.
      assert.ok((connections * piece) / 2 <= budget, `${connections} connections`);
      assert.ok(piece <= budget / 7, `${connections} connections`);
      assert.ok(connections * piece >= Math.min(1.4 * budget, (connections * budget) / 8), `${connections} connections have work`);
    }
  });

test('never less than is worth a request', () => {
  assert.is(pieceBytes(budgetOf(8), 128), 131_072);
});

/** Looks at a line for so many seconds that brings `rate` bytes a second over so many connections, which receive all the time. */
function lookedAt(budget: Budget, seconds: number, rate: number, connections: number): Budget {
  for (let nowMs = 0; nowMs <= seconds * 1000; nowMs += 30)
    budget.look({ nowMs, bytes: (rate * nowMs) / 1000, receivingMs: connections * nowMs }, connections);
  return budget;
}

test('a budget follows the line: nearly twice what is on it, and 8 MB more', () => {
  const budget = new Budget(null);
  assert.is(budget.bytes, budgetOf(8), 'before anything is known');
  lookedAt(budget, 2, 640_000_000, 32);
  assert.is(budget.bytes, budgetOf(8), 'without an answer');
  for (const ms of [300, 50, 80]) budget.answered(ms);
  // 640 MB/s for 50 ms.
  assert.is(Math.round(budget.bytes / 1e6), Math.round(budgetOf(8 + 56) / 1e6));
  for (let at = 0; at < 128; at++) budget.answered(2);
  assert.ok(budget.bytes < budgetOf(11), 'as near as the last answers say');
  for (let at = 0; at < 256; at++) budget.answered(at % 40 === 0 ? 2 : 50);
  assert.is(Math.round(budget.bytes / 1e6), Math.round(budgetOf(8 + 56) / 1e6), 'some come from a cache that is near');
  for (let at = 0; at < 128; at++) budget.answered(60_000);
  assert.is(budget.bytes, budgetOf(1024), 'and no more than that');
  const fixed = new Budget(16);
  fixed.answered(1000);
  assert.is(fixed.bytes, budgetOf(16), 'what a person says holds');
});

test('what more connections are about to bring counts at the beginning, and what they bring from then on', () => {
  const budget = new Budget(null);
  budget.answered(100);
  // Connections of 20 MB/s that wait for most of their time: 8 MB/s together.
  const look = (nowMs: number, connections: number) => budget.look({ nowMs, bytes: 8000 * nowMs, receivingMs: 0.4 * nowMs }, connections);
  for (let nowMs = 0; nowMs <= 510; nowMs += 30) look(nowMs, 16);
  // Six tenths of 16 times 20 MB/s, for 0.1 s.
  assert.is(Math.round(budget.bytes / 1e6), Math.round(budgetOf(8 + 1.75 * 19.2) / 1e6));
  look(540, 32);
  assert.is(Math.round(budget.bytes / 1e6), Math.round(budgetOf(8 + 1.75 * 38.4) / 1e6));
  for (let nowMs = 570; nowMs <= 1500; nowMs += 30) look(nowMs, 32);
  assert.is(Math.round(budget.bytes), budgetOf(8 + 1.75 * 0.8), 'they brought no more');
  look(1530, 64);
  assert.is(Math.round(budget.bytes), budgetOf(8 + 1.75 * 1.6), 'twice as many bring twice as much at most');
});

test.run();
