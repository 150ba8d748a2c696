import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust, temporaryFolder } from '../support/project';
import { contentFor, contentOf, leftoversOf, modelFiles, placeFor } from './model';
import { type Hub, startHub } from './server';

/** Two projects, as of two users or two machines, with one `paths.models_dir`. */
const test = suite('one models folder of several projects');
const files = modelFiles(6_000_000, 4_000_000);
const total = Object.values(files).reduce((sum, content) => sum + content.length, 0);

function share(hub: Hub) {
  const models = temporaryFolder();
  const folder = path.join(models, 'tiny');
  const options = ['--set', `paths.models_dir=${models}`];
  const [one, other] = [placeFor(hub), placeFor(hub)];
  const lockFile = path.join(folder, '.cache/just-lora/lock.json');
  const clean = (...args: string[]) => runJust(other.project, ['model:clean', '--model=org/tiny', ...options, ...args], other.env);
  return { folder, lockFile, options, one, other, clean };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const comes = async (hub: Hub, bytes: number) => {
  for (let turn = 0; turn < 1000 && hub.sent() < bytes; turn++) await pause(20);
};

test('two downloads at once: the second waits, says for whom, and fetches nothing again', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  hub.rate = 60_000;
  const { folder, lockFile, options, one, other } = share(hub);
  const first = one.start(...options);
  await comes(hub, 500_000);
  const second = other.start(...options);
  let said = '';
  second.child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  for (let turn = 0; turn < 500 && !/waiting for/.test(said); turn++) await pause(20);
  assert.match(said, new RegExp(`waiting for \`just model:download\` \\(pid ${first.child.pid} on \\S+, since \\d{4}-`));
  const seen = await other.json('--check', ...options);
  assert.match(String(seen.step.found), new RegExp(`pid ${first.child.pid}.* is at work on it`));
  hub.rate = 0;
  const [left, right] = [await first.ended, await second.ended];
  assert.equal([left.exitCode, right.exitCode], [0, 0], left.stderr + right.stderr);
  assert.equal(contentOf(folder), contentFor(files));
  assert.equal(leftoversOf(folder), []);
  assert.not(fs.existsSync(lockFile));
  // A byte for each run more: it tried whether it may. And the index, for each look before it is here.
  const index = files['model.safetensors.index.json']?.length ?? 0;
  assert.ok(hub.sent() - total <= 3 + 3 * index, `${hub.sent() - total} bytes more than the model has`);
  await hub.close();
});

test('who does not wait is told who holds it, and what is on its way is no leftover', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  hub.rate = 60_000;
  const { folder, lockFile, options, one, other, clean } = share(hub);
  const first = one.start(...options);
  await comes(hub, 500_000);
  const limit = ['--set', 'run.lock_wait_seconds=0'];
  const refused = await other.json(...options, ...limit);
  assert.is(refused.exitCode, 1);
  assert.is(refused.step.code, 'E_LOCKED');
  assert.match(String(refused.step.found), new RegExp(`pid ${first.child.pid}.* is still at work on \`.*tiny\``));
  assert.match(String(refused.step.fix), new RegExp(`kill ${first.child.pid}`));
  assert.match((await clean(...limit)).stderr, /E_LOCKED/);
  assert.ok(leftoversOf(folder).length > 0);

  first.child.kill('SIGKILL');
  await first.ended;
  assert.ok(fs.existsSync(lockFile), 'a killed run leaves its lock');
  hub.rate = 0;
  const taken = await other.json(...options, ...limit);
  assert.is(taken.outcome, 'changed', taken.text);
  assert.equal(contentOf(folder), contentFor(files));
  assert.ok(hub.sent() - total <= 8_000_000);
  assert.not(fs.existsSync(lockFile));
  await hub.close();
});

test.run();
