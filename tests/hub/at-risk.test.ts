import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { modelFiles, placeFor } from './model';
import { startHub } from './server';

const test = suite('what is on its way at once');

/** Bytes that a download asks a CDN for that does not answer. */
async function askedFor(...options: string[]): Promise<number> {
  const hub = await startHub();
  hub.add('org/tiny', modelFiles(60_000_000, 50_000_000));
  hub.fault = ({ server }) => (server === 'cdn' ? { delay: 6000 } : undefined);
  const { child, ended } = placeFor(hub).start(...options);
  const asked = () =>
    hub.seen
      .filter(({ server }) => server === 'cdn')
      .reduce((sum, { range }) => {
        const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
        return sum + Number(end) - Number(start) + 1;
      }, 0);
  let before = -1;
  while (asked() === 0 || asked() !== before) {
    before = asked();
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  child.kill('SIGKILL');
  await ended;
  await hub.close();
  return before;
}

test('never more than a kill may cost, and as much as the setting allows', async () => {
  const usual = await askedFor();
  assert.ok(usual > 4_000_000 && usual <= 8_000_000, `${usual}`);
  const more = await askedFor('--set', 'download.at_risk_mb=32');
  assert.ok(more > 16_000_000 && more <= 32_000_000, `${more}`);
});

test.run();
