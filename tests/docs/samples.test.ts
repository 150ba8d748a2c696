import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setupLocalTask } from '../../tasks/setup-local';
import { linesOf } from '../../tools/recording/svg';
import { screenOf } from '../../tools/recording/terminal';
import { makeSamples, pagesWithSamples, pageWithSamples } from '../../tools/samples';
import { contextWith } from '../support/context';
import { repository } from '../support/project';

const test = suite('outputs that the documents show');
const textOf = (page: string) => fs.readFileSync(path.join(repository, page), 'utf8');

test('are what the commands print today: `npm run samples` writes them', async () => {
  const made = await makeSamples();
  for (const page of pagesWithSamples) assert.is(pageWithSamples(page, textOf(page), made), textOf(page), page);
});

test('stand between marks: no page has one that was typed', () => {
  const pages = ['README.md', ...fs.readdirSync(path.join(repository, 'docs')).map((name) => `docs/${name}`)].filter((page) =>
    page.endsWith('.md'),
  );
  const typed = pages.flatMap((page) =>
    [
      ...textOf(page)
        .replace(/<!-- sample[\s\S]*?<!-- end of sample/g, '')
        .matchAll(/^```(?:text|sh|console)?\n[\s\S]*?^```/gm),
    ]
      .filter(([block]) => /^(\s*[✔✖○] |plan: |\s*fix: |\$ npx just )/m.test(block))
      .map(([block]) => `${page}: ${block.split('\n')[1]}`),
  );
  assert.equal(typed, []);
});

test('the recording of a first run has the steps of today: `npm run recording` makes it', () => {
  const shown = linesOf(textOf('docs/setup-local.svg')).flatMap((line) => /^✔ (\S+) — /.exec(line)?.[1] ?? []);
  assert.equal(
    shown,
    setupLocalTask()
      .steps(contextWith({}))
      .map(({ name }) => name),
  );
  assert.match(textOf('docs/setup-local.svg'), />changed in /);
});

test('a recording shows what a terminal shows after lines were drawn again', () => {
  const shown = (written: string, columns = 20) => screenOf(written, columns).map((cells) => cells.map(({ text }) => text).join(''));
  assert.equal(shown('one\r\ntwo\u001b[1A\u001b[2K\u001b[Gnew\r\n\u001b[32mok\u001b[39m'), ['new', 'oko']);
  assert.equal(shown('a\r\nb\r\nc\u001b[2A\u001b[G\u001b[Jx'), ['x']);
  assert.equal(shown('abcdef', 4), ['abcd', 'ef']);
  assert.equal(screenOf('\u001b[32;1m✔\u001b[0m b', 9)[0], [{ text: '✔', colour: 32, bold: true }, { text: ' ' }, { text: 'b' }]);
});

test.run();
