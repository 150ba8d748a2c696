import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, startJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { processesWith } from '../support/sync';

/** Pushes by the real rclone that come to no end. Older ones write under the final name, newer ones beside it. */
const test = suite('sync by rclone, cut off');

const missing = spawnSync('rclone', ['version']).status === 0 ? undefined : 'no rclone: install rclone';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (missing) skip(test, 'sync by rclone, cut off', missing);
else {
  for (const signal of ['SIGINT', 'SIGKILL'] as const)
    test(`what a push leaves there at ${signal} is no work of a person`, async () => {
      const project = projectCopy();
      const store = path.join(temporaryFolder('jl-store'), 'project');
      const folders = ['data/processed'];
      const settings = {
        remotes: { gpu: { type: 'rclone', host: null, path: `:local:${store}` } },
        sync: { push: folders, pull: folders },
      };
      fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify(settings));
      // As an older rclone does: the piece has the final name.
      const env = { HOME: temporaryFolder('jl'), RCLONE_INPLACE: 'true' };
      const json = async (...args: string[]) => {
        const { stdout, exitCode } = await runJust(project, [...args, '--json'], env);
        const document = JSON.parse(stdout);
        return { ...document, exitCode, last: document.steps.at(-1) };
      };
      const [here, there] = [project, store].map((side) => path.join(side, 'data/processed/shard.bin')) as [string, string];
      const whole = crypto.randomBytes(12_000_000);
      fs.writeFileSync(here, whole);
      const old = new Date('2020-01-01');
      fs.utimesSync(here, old, old);
      const { child, ended } = startJust(project, ['sync:push'], { ...env, RCLONE_BWLIMIT: '2M' });
      while (!(fs.statSync(there, { throwIfNoEntry: false })?.size ?? 0)) await pause(20);
      child.kill(signal);
      await ended;
      while (processesWith(store).length > 0) await pause(50);
      const { size } = fs.statSync(there);
      assert.ok(size > 0 && size < whole.length, String(size));
      // A name that every object has.
      const named = [project, store].map((side) => path.join(side, 'data/processed/constructor'));
      for (const file of named) fs.writeFileSync(file, file);
      assert.equal(
        (await json('sync:status')).last.differ.map(({ name }: { name: string }) => name),
        ['data/processed/constructor', 'data/processed/shard.bin'],
      );
      for (const file of named) fs.rmSync(file);
      const { differ, fix } = (await json('sync:status')).last;
      assert.equal(differ, [{ name: 'data/processed/shard.bin', note: 'there is a piece of it, of a push that was cut off' }]);
      assert.not.match(fix, 'sync:pull');
      const pulled = await json('sync:pull');
      assert.is(pulled.last.code, 'E_LOCAL_CHANGES', JSON.stringify(pulled.last));
      assert.match(pulled.last.found, 'there is a piece of it');
      assert.match(pulled.last.fix, /^`npx just sync:push --only=data\/processed` goes on/);
      assert.ok(fs.readFileSync(here).equals(whole));
      const pushed = await json('sync:push');
      assert.is(pushed.exitCode, 0, JSON.stringify(pushed.last));
      assert.ok(fs.readFileSync(there).equals(whole));
      assert.is((await json('sync:push')).outcome, 'unchanged');
      // Once it has arrived, a shorter file there is work again.
      fs.writeFileSync(there, 'theirs');
      assert.is((await json('sync:push')).last.code, 'E_REMOTE_CHANGES');
    });

  test('what arrived behind the last look of a push that was cut off is made sure of before it is forgotten', async () => {
    const project = projectCopy();
    const store = path.join(temporaryFolder('jl-store'), 'project');
    const settings = { remotes: { gpu: { type: 'rclone', host: null, path: `:local:${store}` } }, sync: { push: ['data/processed'] } };
    fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify(settings));
    const env = { HOME: temporaryFolder('jl') };
    const push = async () => JSON.parse((await runJust(project, ['sync:push', '--json'], env)).stdout);
    const file = path.join(project, 'data/processed/a');
    fs.writeFileSync(file, 'a'.repeat(100));
    await push();
    const record = fs.readdirSync(path.join(project, '.just-lora/sync')).find((name) => name.startsWith('sending-')) ?? '';
    const kept = path.join(project, '.just-lora/sync', record);
    assert.is(fs.readFileSync(kept, 'utf8'), '{}');
    fs.writeFileSync(kept, JSON.stringify({ 'data/processed/a': '100 1' }));
    assert.is((await push()).outcome, 'changed');
    fs.writeFileSync(path.join(store, 'data/processed/a'), 'theirs');
    assert.is((await push()).steps.at(-1).code, 'E_REMOTE_CHANGES');
  });
}

test.run();
