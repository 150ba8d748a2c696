import * as fs from 'node:fs';
import * as path from 'node:path';
import { pageOf } from '../tasks/report/page/page';
import { sample } from '../tests/report/sample';
import { chromium, startBrowser } from '../tests/support/browser';
import { repository, temporaryFolder } from '../tests/support/project';

/** Makes the pictures of the report under docs/ in a real browser: `npm run screenshot`. */
async function main(): Promise<void> {
  const program = chromium();
  if (!program) throw new Error('no chromium here: `apt install chromium`');
  const page = path.join(temporaryFolder(), 'report.html');
  fs.writeFileSync(page, pageOf(sample));
  const browser = await startBrowser(program);
  await browser.open(page);
  for (const { name, width, scheme, height } of [
    { name: 'report', width: 960, scheme: 'light', height: 1240 },
    { name: 'report-phone', width: 390, scheme: 'dark', height: 1240 },
  ] as const) {
    await browser.look({ width, scheme });
    fs.writeFileSync(path.join(repository, 'docs', `${name}.png`), await browser.screenshot({ scale: 1, height }));
  }
  await browser.close();
}

void main();
