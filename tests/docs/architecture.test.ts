import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';

const test = suite('docs/ARCHITECTURE.md');
const page = fs.readFileSync(path.join(repository, 'docs', 'ARCHITECTURE.md'), 'utf8');
const tasks = path.join(repository, 'tasks');

/** The files that a file imports, relative to tasks/. */
function importsOf(file: string): string[] {
  const text = fs.readFileSync(path.join(tasks, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|require\(|import\()\s*'(\.[^']+)'/g)].map(([, specifier = '']) => specifier);
  return specifiers.flatMap((specifier) => {
    const base = path.join(path.dirname(file), specifier);
    return [base, `${base}.ts`, path.join(base, 'index.ts')].filter((each) =>
      fs.statSync(path.join(tasks, each), { throwIfNoEntry: false })?.isFile(),
    );
  });
}

const walks = [...page.matchAll(/^### (.+), (\d+) files\n\n((?:- .+\n)+)/gm)].map(([, title = '', count = '', rows = '']) => ({
  title,
  count: Number(count),
  // `a.ts` → `b.ts` → `c.ts`; `d.ts`: what it is
  chains: rows
    .trim()
    .split('\n')
    .flatMap((row) => row.replace(/: .*/, '').split('; '))
    .map((chain) => [...chain.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)),
}));

test('is a page that is read in one sitting', () => {
  assert.ok(page.split('\n').length <= 161, `${page.split('\n').length} lines`);
  assert.is(walks.length, 3);
});

for (const { title, count, chains } of walks)
  test(`the walk of ${title}: each file is there, imports the next one, and is counted`, () => {
    assert.is(new Set(chains.flat()).size, count);
    for (const chain of chains)
      chain.forEach((file, index) => {
        assert.ok(fs.existsSync(path.join(tasks, file)), file);
        const next = chain[index + 1];
        if (next !== undefined) assert.ok(importsOf(file).includes(next), `${file} does not import ${next}`);
      });
  });

test.run();
