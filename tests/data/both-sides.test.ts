import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { meantRole } from '../../tasks/data/chat/roles';
import { exampleOf } from '../../tasks/data/chat/shape';
import { kindOf } from '../../tasks/data/kinds';
import { repository } from '../support/project';
import { pythonWith } from '../support/python';
import { examine } from './examine';
import { oddRows } from './odd-rows';

const test = suite('data:check and the training, asked about the same rows');

/** Errors for other trainers, about rows that ours takes. */
const takenHere = ['sharegpt', 'role-name', 'message-keys', 'tool-calls', 'extra-columns'];

/** What scripts/training_rows.py makes of rows. */
function trained(rows: readonly object[]): { messages?: { role: string; content: unknown }[]; refused?: string }[] {
  const program = [path.join(__dirname, 'asked-rows.py'), path.join(repository, 'scripts')];
  return JSON.parse(execFileSync(pythonWith(), program, { input: JSON.stringify(rows), maxBuffer: 1 << 26 }).toString());
}

test('a row that is refused is an error of the data, and one that is taken says the same on both sides', async () => {
  assert.ok(oddRows.length > 900);
  const said = trained(oddRows);
  const wrong: string[] = [];
  for (const [index, row] of oddRows.entries()) {
    const { tallies } = await examine(`${JSON.stringify(row)}\n`);
    const errors = Object.keys(tallies).filter((kind) => kindOf(kind).level === 'error' && !takenHere.includes(kind));
    const { refused, messages } = said[index] ?? {};
    if (errors.length > 0 !== (refused !== undefined))
      wrong.push(`${JSON.stringify(row)}: ${errors.join() || 'right'}, ${refused ?? 'trained'}`);
    if (!messages) continue;
    const ours = exampleOf(row as Record<string, unknown>)?.messages.map(({ role, content }) => ({
      role: meantRole(role) ?? role,
      content,
    }));
    const theirs = messages.map(({ role, content }) => ({ role, content }));
    assert.equal(ours, theirs, JSON.stringify(row));
  }
  assert.equal(wrong, []);
});

test.run();
