import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statusSteps } from '../../tasks/sync/status-steps';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { asked, inHome, machine, synced } from '../support/sync-here';

const test = suite('devices, sockets and pipes');

/** A project and a volume with `data/k` on both sides. */
function both(push = 'data') {
  const volume = temporaryFolder('jl-volume');
  const sync = { push: [push], pull: ['data'], retries: 0 };
  const context = inHome(contextWith({ remotes: { disk: { type: 'local', path: volume } }, sync }));
  const [here, there] = [path.join(context.root, 'data'), path.join(volume, 'data')];
  for (const side of [here, there]) {
    fs.mkdirSync(side);
    fs.writeFileSync(path.join(side, 'k'), 'k');
    fs.utimesSync(path.join(side, 'k'), 1_700_000_000, 1_700_000_000);
  }
  return { context, here, there };
}

const pipe = (folder: string, name: string) => execFileSync('mkfifo', [path.join(folder, name)]);
const isPipe = (folder: string, name: string) => fs.lstatSync(path.join(folder, name)).isFIFO();

for (const direction of ['push', 'pull'] as const)
  test(`--delete of a ${direction} leaves a pipe, and the folder that it is in`, async () => {
    const { context, here, there } = both();
    const target = direction === 'push' ? there : here;
    fs.mkdirSync(path.join(target, 'in/deep'), { recursive: true });
    pipe(target, 'pipe');
    pipe(target, 'in/deep/pipe');
    const { state, code, found } = await synced(asked(context, { delete: '' }), direction);
    assert.equal([state, code], ['done', ''], found);
    assert.ok(isPipe(target, 'pipe') && isPipe(target, 'in/deep/pipe'));
  });

test('a file here and a pipe there: sync:status says what a push would', async () => {
  const { context, here, there } = both();
  fs.writeFileSync(path.join(here, 'x'), 'x');
  pipe(there, 'x');
  const steps = statusSteps(context);
  await steps[0]?.check(context, 'full');
  const status = await steps[1]?.check(context, 'full');
  assert.equal(status?.found, '1 file differs');
  assert.equal(status?.table?.[1]?.[0], 'another kind there');
  assert.not.match(JSON.stringify(status), /sends what is here/);
  assert.is((await synced(context, 'push')).code, 'E_REMOTE_PATH');
});

test('a link there and a folder here are called that', async () => {
  const { context, here, there } = both();
  fs.mkdirSync(path.join(here, 'alias'));
  fs.writeFileSync(path.join(here, 'alias/work'), 'w');
  fs.symlinkSync('k', path.join(there, 'alias'));
  const { code, found } = await synced(context, 'pull');
  assert.is(code, 'E_UNSAFE_PATH');
  assert.match(found, /is a folder here and a link there/);
});

test('one that is named to travel is refused', async () => {
  const { context, here } = both('data/x');
  pipe(here, 'x');
  const { code, fix } = await synced(asked(context, { verify: '' }), 'push');
  assert.is(code, 'E_SOURCE_UNREADABLE');
  assert.match(fix ?? '', /^`mv /);
});

if (noSshd) skip(test, 'pipes and scp', noSshd);
else
  test('scp neither deletes nor waits for a pipe', async () => {
    const remote = await machine();
    const context = remote.project({ transfer: 'scp' }, { sync: { push: ['data'], pull: ['data'], retries: 0 } });
    const [here, there] = [path.join(context.root, 'data'), path.join(remote.there, 'data')];
    for (const side of [here, there]) fs.mkdirSync(side);
    fs.writeFileSync(path.join(here, 'k'), 'k');
    pipe(there, 'pipe');
    const pushed = await synced(asked(context, { delete: '' }), 'push');
    assert.is(pushed.state, 'done', pushed.found);
    assert.ok(isPipe(there, 'pipe'));
    const pulled = await synced(context, 'pull');
    assert.is(pulled.state, 'done', pulled.found);
  });

test.run();
