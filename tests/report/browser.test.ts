import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pageOf } from '../../tasks/report/page/page';
import { type Browser, chromium, startBrowser } from '../support/browser';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { hostile } from './hostile';
import { contrastFaults, overflows, structureOf } from './in-page';
import { sample } from './sample';

const test = suite('report: in a browser');
const program = chromium();
const folder = temporaryFolder();
const pages: Record<string, string> = { sample: pageOf(sample), hostile: pageOf(hostile) };
let browser: Browser | undefined;

if (!program) skip(test, 'the page in a browser', 'no chromium here: `apt install chromium`');

test.before(async () => {
  if (!program) return;
  const project = projectCopy();
  const env = { HOME: temporaryFolder() };
  await runJust(project, ['mkdirs'], env);
  await runJust(project, ['report'], env);
  pages.real = fs.readFileSync(path.join(project, '.just-lora/report.html'), 'utf8');
  for (const [name, text] of Object.entries(pages)) fs.writeFileSync(path.join(folder, `${name}.html`), text);
  browser = await startBrowser(program);
});
test.after(() => browser?.close());

const looks = [
  ['sample', 390, 'light'],
  ['sample', 390, 'dark'],
  ['sample', 1200, 'light'],
  ['sample', 1200, 'dark'],
  ['real', 390, 'light'],
  ['hostile', 320, 'dark'],
  ['hostile', 700, 'light'],
  ['hostile', 1200, 'light'],
] as const;

for (const [name, width, scheme] of looks)
  (program ? test : test.skip)(`${name} at ${width} pixels, ${scheme}`, async () => {
    if (!browser) return;
    await browser.look({ width, scheme });
    await browser.open(path.join(folder, `${name}.html`));
    await browser.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
    assert.equal(await browser.evaluate(overflows), []);
    assert.equal(await browser.evaluate(contrastFaults), []);
    assert.equal(browser.requests, []);
    assert.equal(browser.complaints, []);
    // A screen full of one colour would be a page that nobody can read.
    assert.ok((await browser.screenshot({ scale: 1, height: 900 })).length > 15_000);
  });

(program ? test : test.skip)(
  'has a language, one first heading, no level left out, headed tables, and links that lead somewhere',
  async () => {
    if (!browser) return;
    for (const name of Object.keys(pages)) {
      await browser.open(path.join(folder, `${name}.html`));
      assert.equal(await browser.evaluate(structureOf), {
        lang: 'en',
        quirks: false,
        scripts: 0,
        handlers: 0,
        firstHeadings: 1,
        jumps: [],
        bareTables: 0,
        deadLinks: [],
        doubleIds: [],
        outside: [],
      });
    }
  },
);

(program ? test : test.skip)('is parsed as it is written: nothing left open, nothing where it may not stand', async () => {
  if (!browser) return;
  const tagsOf = (text = '') =>
    [...text.matchAll(/<\/?[a-z]\w*/g)].map(([tag]) => tag).filter((tag) => !/^<\/?(meta|rect|line)$/.test(tag));
  for (const name of ['sample', 'real']) {
    await browser.open(path.join(folder, `${name}.html`));
    const parsed = await browser.evaluate<string>('document.documentElement.outerHTML');
    assert.equal(tagsOf(parsed), tagsOf(pages[name]), name);
    assert.ok(tagsOf(parsed).length > 300);
  }
});

(program ? test : test.skip)('light and dark are two pictures, and so are phone and desk', async () => {
  if (!browser) return;
  await browser.open(path.join(folder, 'sample.html'));
  const ground = async (width: number, scheme: 'light' | 'dark') => {
    await browser?.look({ width, scheme });
    return browser?.evaluate<[string, string]>(
      "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.runs tr')).display]",
    );
  };
  const looks = [await ground(390, 'light'), await ground(390, 'dark'), await ground(1200, 'light')];
  assert.not.equal(looks[0]?.[0], looks[1]?.[0]);
  assert.not.equal(looks[0]?.[1], looks[2]?.[1]);
});

test.run();
