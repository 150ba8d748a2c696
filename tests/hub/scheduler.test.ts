import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RangeWriter } from '../../tasks/hub/partials/range-writer';
import { Transfer } from '../../tasks/hub/transfer/transfer';
import { contextWith } from '../support/context';

const test = suite('the scheduler of a download');

test('is woken where bytes come in, and asks for the next ones when that is over', async () => {
  const context = contextWith({ download: { at_risk_mb: 8 } });
  const folder = path.join(context.root, 'model');
  fs.mkdirSync(folder);
  const contents = new Map(Array.from({ length: 12 }, (_, index) => [`${index}.bin`, crypto.randomBytes(3_000_000 + index)]));
  const files = [...contents].map(([name, bytes]) => ({
    path: name,
    size: bytes.length,
    sha256: crypto.createHash('sha256').update(bytes).digest('hex'),
  }));
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  let isComing = false;
  const [asked, inside, delivered]: [string[], string[], string[]] = [[], [], []];
  const transfer = new Transfer(
    context,
    { repo: 'org/tiny', commit: 'c'.repeat(40), folder, files, totalBytes, thereBytes: 0 },
    async (of, range) => {
      const { job } = of;
      const { path: name } = job.file;
      (isComing ? inside : asked).push(name);
      // As a file of the Hub itself: what is at risk is all that bounds its requests.
      job.isDirect = true;
      const landing = new RangeWriter(of, range);
      await new Promise<void>((resolve) => {
        setTimeout(() => {
          isComing = true;
          landing.take((contents.get(name) as Buffer).subarray(range[0], range[1]));
          landing.note();
          isComing = false;
          resolve();
        }, 5);
      });
    },
    async ({ file }) => void delivered.push(file.path),
    async ({ file }) => file.path,
  );
  await transfer.run(() => undefined);
  assert.equal(inside, [], 'nothing is begun inside of the callback');
  assert.is(asked.length >= files.length, true);
  assert.equal(delivered.sort(), files.map(({ path: name }) => name).sort());
});

test.run();
