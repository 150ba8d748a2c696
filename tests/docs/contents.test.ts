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

test('link as GitHub makes anchors, and codes by what they are about', () => {
  const page = pageWithContents('# T\n\n## `a` & Be, c\n\n## D-e\n');
  assert.match(
    page,
    '# T\n\n<!-- contents: npm run contents -->\n\n[a & Be, c](#a--be-c) · [D-e](#d-e)\n\n<!-- end of contents -->\n\n## `a`',
  );
  assert.is(pageWithContents(page), page);
  const codes = ['E_CONFIG', 'E_DISK_FULL', 'E_GPU_BUSY', 'E_NOT_MOUNTED', 'E_NO_SSH', 'E_PYTHON_NOT_FOUND'];
  assert.match(
    pageWithContents(`# T\n\n${codes.map((code) => `## ${code}\n`).join('\n')}`),
    `
- **Settings, options and runs**: [E_CONFIG](#e_config) · [E_DISK_FULL](#e_disk_full)
- **Python, conda and packages**: [E_PYTHON_NOT_FOUND](#e_python_not_found)
- **GPU and driver**: [E_GPU_BUSY](#e_gpu_busy)
- **Remotes and moving data**: [E_NOT_MOUNTED](#e_not_mounted) · [E_NO_SSH](#e_no_ssh)
`,
  );
});

test.run();
