import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kindOf, kindOrder } from '../../tasks/data/kinds';
import { repository } from '../support/project';

const test = suite('docs/DATA.md');

test('has a row for every kind that is looked for, in the order in which it is told, and no other', () => {
  const text = fs.readFileSync(path.join(repository, 'docs/DATA.md'), 'utf8');
  const [, section = ''] = text.split('\n## What is looked for\n');
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => /^\| `/.test(line));
  assert.equal(
    rows,
    kindOrder.map((name) => {
      const { level, says, fix } = kindOf(name);
      return `| \`${name}\` | ${level} | ${says.replaceAll('|', '\\|')} | ${fix.replaceAll('|', '\\|')} |`;
    }),
  );
});

test.run();
