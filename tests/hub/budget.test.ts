import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { budgetOf, pieceBytes } from '../../tasks/hub/transfer/budget';

const test = suite('what is asked for at once');

for (const atRiskMb of [8, 64, 1024])
  test(`with ${atRiskMb} MB at risk`, () => {
    const budget = budgetOf(atRiskMb);
    assert.ok(budget < atRiskMb * 1e6);
    for (const connections of [1, 7, 16, 32]) {
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

test.run();
