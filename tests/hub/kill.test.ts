import * as fs from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killsOf } from '../support/kill';
import { contentFor, contentOf, leftoversOf, modelFiles, placeFor } from './model';
import { startHub } from './server';

const test = suite('downloads that are killed');

const kills = killsOf(24);
const mostTwice = 8_000_000;
const files = modelFiles(40_000_000, 30_000_000, 20_000_000);
const total = Object.values(files).reduce((sum, content) => sum + content.length, 0);

test(`killed at ${kills} random moments, the folder is right in the end, and a kill costs at most 8 MB where that is set`, async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  const losses: number[] = [];
  let sentBefore = 0;
  let killed = 0;
  let inThisModel = 0;
  while (killed < kills) {
    // With and without a limit: buffers are full in one case, and empty in the other.
    hub.rate = killed % 2 === 0 ? 0 : 1_500_000;
    const sent = hub.sent();
    const { child, ended } = place.start('--set', `download.at_risk_mb=${mostTwice / 1e6}`);
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (hub.sent() < sent + 4 && !isOver) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * (hub.rate > 0 ? 700 : 150)));
    child.kill('SIGKILL');
    const { signal } = await ended;
    if (signal === 'SIGKILL') {
      killed++;
      inThisModel++;
    }
    // What the server has sent and the next look does not find: lost by the kills so far.
    const { step, outcome } = await place.json('--check');
    const lost = hub.sent() - sentBefore - Number(step.thereBytes ?? 0);
    if (signal === 'SIGKILL') losses.push(lost);
    assert.ok(lost <= mostTwice * inThisModel, `${lost} bytes lost by ${inThisModel} kills`);
    if (outcome === 'unchanged' || killed === kills) {
      hub.rate = 0;
      const last = await place.json();
      assert.ok(['changed', 'unchanged'].includes(last.outcome), last.text);
      assert.equal(contentOf(place.folder), contentFor(files));
      assert.equal(leftoversOf(place.folder), []);
      const twice = hub.sent() - sentBefore - total;
      assert.ok(twice <= mostTwice * Math.max(1, inThisModel), `${twice} bytes twice by ${inThisModel} kills`);
      fs.rmSync(place.folder, { recursive: true });
      sentBefore = hub.sent();
      inThisModel = 0;
    }
  }
  assert.is(losses.length, kills);
  await hub.close();
});

test('far from the server, a kill costs at most 8 MB beyond twice what is on the line', async () => {
  const [rate, delay] = [5_000_000, 50];
  for (let round = 0; round < 3; round++) {
    const hub = await startHub();
    hub.add('org/tiny', modelFiles(80_000_000, 80_000_000, 80_000_000));
    hub.rate = rate;
    hub.fault = ({ server }) => (server === 'cdn' ? { delay } : undefined);
    const place = placeFor(hub);
    const { child, ended } = place.start();
    while (hub.sent() < 60_000_000 + round * 40_000_000) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await ended;
    const { step } = await place.json('--check');
    const lost = hub.sent() - Number(step.thereBytes ?? 0);
    // As many connections as the settings allow, each as fast as the server lets it be.
    const onTheLine = (96 * rate * delay) / 1000;
    assert.ok(lost <= mostTwice + 2 * onTheLine, `${lost} bytes lost`);
    await hub.close();
  }
});

test.run();
