import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { helpOf, sharedOptionsText } from '../../tasks/cli/help';
import { displayWidth, wrapped } from '../../tasks/common/width';
import { setupRemoteTask } from '../../tasks/setup-remote';
import { validateTask } from '../../tasks/validate';

const test = suite('help within a width');

const words = (text: string) => text.split(/\s+/).filter(Boolean);

for (const [what, text] of [
  ['setup:remote', (width?: number) => helpOf(setupRemoteTask(), width)],
  ['validate', (width?: number) => helpOf(validateTask(), width)],
  ['options', sharedOptionsText],
] as const)
  test(`${what}: no line is wider, no word is broken or lost, at any width from 30 to 140`, () => {
    const whole = text();
    for (let width = 30; width <= 140; width += 5) {
      const shown = wrapped(text(width), width);
      assert.equal(words(shown), words(whole), `${width}`);
      for (const line of shown.split('\n'))
        assert.ok(displayWidth(line) <= width || (line.match(/(?:`[^`]*`|[^\s`])+/g) ?? []).length === 1, `${width}: ${line}`);
    }
  });

test('a word that has no room behind a label has it below; a time is not torn; each line of a program is marked', () => {
  assert.is(wrapped('    because: models.llama-3.1-8b.revision', 40), '    because:\n      models.llama-3.1-8b.revision');
  assert.is(wrapped('✔ fetch — as it should be [2 min 8 s]', 30), '✔ fetch — as it should be\n  [2 min 8 s]');
  assert.is(wrapped('  | error: no such file\n  | fix: none', 16), '  | error: no\n  | such file\n  | fix: none');
});

test.run();
