import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { longPages, pageWithContents } from '../../tools/contents';
import { repository } from '../support/project';

const test = suite('contents of long pages');

test('are what the headings are: `npm run contents` writes them', () => {
  const pages = longPages();
  assert.ok(pages.includes('docs/GPU.md') && !pages.includes('docs/ROADMAP.md'));
  for (const page of pages) {
    const text = fs.readFileSync(path.join(repository, page), 'utf8');
    assert.is(pageWithContents(text), text, page);
  }
});

test('link as GitHub makes anchors, and codes by family', () => {
  const page = pageWithContents('# T\n\n## `a` & Be, c\n\n## D-e\n');
  assert.match(
    page,
    '# T\n\n<!-- contents: npm run contents -->\n\n[a & Be, c](#a--be-c) · [D-e](#d-e)\n\n<!-- end of contents -->\n\n## `a`',
  );
  assert.is(pageWithContents(page), page);
  const codes = Array.from({ length: 40 }, (_, at) => `## E_${at < 20 ? 'ONE' : 'TWO'}_${at}\n`).join('\n');
  assert.match(pageWithContents(`# T\n\n${codes}`), '\n[E_ONE](#e_one_0) · [E_TWO](#e_two_20)\n');
});

test.run();
