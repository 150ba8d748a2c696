import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pidNamespaceId } from '../../tasks/engine/lock/lock-owner';
import { thisHost } from '../../tasks/platform';
import { cleanEnvironment, type Ended, projectCopy, repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { contentFor, contentOf, leftoversOf, modelFiles } from './model';
import { blobOf } from './repositories';
import { type Hub, startHub } from './server';

/** Two users of one machine, each with a project of their own, who share a models folder on purpose. */
const test = suite('a models folder of two users');
const files = modelFiles(9_000_000, 2_000_000);
const first = 'model-00001-of-00002.safetensors';
const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');
const group = 61_000;
/** Numbers that no account has: a process needs none. */
const [anna, bert] = [61_001, 61_002];

interface User {
  start(...args: string[]): { kill(): void; ended: Promise<Ended> };
  json(...args: string[]): Promise<{ outcome: string; step: Record<string, unknown>; text: string; exitCode: number | null }>;
}

/** Links are given away themselves: that of `node_modules` leads into this repository. */
const own = (folder: string, user: number) => void execFileSync('chown', ['-hR', `${user}:${group}`, folder]);

function userWith(user: number, hub: Hub, models: string, umask: string): User {
  const home = temporaryFolder();
  const project = projectCopy(path.join(home, 'project'));
  own(home, user);
  const env = cleanEnvironment({ HOME: home, HF_ENDPOINT: hub.url, HF_TOKEN: undefined, HF_HOME: undefined, CONDA_PREFIX: undefined });
  const start = (...args: string[]) => {
    const all = [just, ...args, `--set=paths.models_dir=${models}`, '--json'];
    const child = spawn('sh', ['-c', `umask ${umask}; exec "$0" "$@"`, process.execPath, ...all], {
      cwd: project,
      env,
      uid: user,
      gid: group,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<Ended>((resolve) => child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })));
    return { kill: () => void child.kill('SIGKILL'), ended };
  };
  return {
    start,
    async json(...args) {
      const { exitCode, stdout, stderr } = await start(...args).ended;
      const { outcome, steps } = JSON.parse(stdout || '{"steps": []}');
      return { exitCode, outcome, step: steps[0] ?? {}, text: stdout + stderr };
    },
  };
}

/** @param mode of the models folder; @param umask of both users */
async function share(mode: number, umask = '002') {
  const hub = await startHub();
  const commit = hub.add('org/tiny', files).revisions.get('main') ?? '';
  const models = path.join(temporaryFolder(), 'shared');
  fs.chmodSync(path.dirname(models), 0o755);
  fs.mkdirSync(models);
  fs.chownSync(models, 0, group);
  fs.chmodSync(models, mode);
  const folder = path.join(models, 'tiny');
  return { hub, commit, folder, a: userWith(anna, hub, models, umask), b: userWith(bert, hub, models, umask) };
}

const download = ['model:download', '--model=org/tiny'];
const everything = (folder: string) => [
  folder,
  ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
];

if (process.getuid?.() !== 0) skip(test, 'two users', 'it starts processes of other users, which needs root');
else {
  for (const [name, mode] of [
    ['of their group', 0o2775],
    ['of their group that is sticky too', 0o3775],
  ] as const)
    test(`${name}: each checks what the other has fetched, once, and nothing is fetched twice`, async () => {
      const { hub, folder, a, b } = await share(mode);
      const made = await a.json(...download);
      assert.is(made.outcome, 'changed', made.text);
      if (mode === 0o3775) for (const each of everything(folder)) if (fs.lstatSync(each).isDirectory()) fs.chmodSync(each, 0o3775);
      const sent = hub.sent();
      const looked = await b.json(...download, '--check');
      assert.is(looked.step.state, 'todo', looked.text);
      assert.match(String(looked.step.found), /by a record that others can write/);
      const checked = await b.json(...download);
      assert.is(checked.outcome, 'changed', checked.text);
      assert.match(String(checked.step.found), /every hash checked/);
      assert.ok(hub.sent() - sent <= 2, `${hub.sent() - sent} bytes fetched`);
      for (const user of [b, a, b]) assert.is((await user.json(...download)).outcome, 'unchanged');
      assert.equal(contentOf(folder), contentFor(files));
      const verified = await b.json('model:verify', '--model=org/tiny', '--full');
      assert.is(verified.step.hashedBytes, 0, `the download of the same user has hashed it: ${verified.text}`);
      await hub.close();
    });

  test('one mends what the other has spoiled, and what the other was fetching comes anew', async () => {
    const { hub, folder, a, b } = await share(0o2775);
    hub.rate = 400_000;
    const begun = a.start(...download);
    for (let turn = 0; turn < 1500 && hub.sent(first) < 1_000_000; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
    begun.kill();
    await begun.ended;
    hub.rate = 0;
    assert.ok(leftoversOf(folder).some((name) => name.endsWith('.partial')));
    const before = hub.sent(first);
    const looked = await b.json(...download, '--check');
    const there = (looked.step.files as { path: string; thereBytes: number }[]).find(({ path }) => path === first)?.thereBytes;
    assert.is(there, 0, looked.text);
    const fetched = await b.json(...download);
    assert.is(fetched.outcome, 'changed', fetched.text);
    assert.is(hub.sent(first) - before, (files[first] as Buffer).length, 'every byte of it');
    assert.equal(contentOf(folder), contentFor(files));
    assert.equal(leftoversOf(folder), []);
    assert.is(fs.statSync(path.join(folder, first)).uid, bert);
    const handle = fs.openSync(path.join(folder, first), 'r+');
    fs.writeSync(handle, 'rot', 1000);
    fs.closeSync(handle);
    const mended = await a.json(...download);
    assert.is(mended.outcome, 'changed', mended.text);
    assert.equal(contentOf(folder), contentFor(files));
    assert.is(fs.statSync(path.join(folder, first)).uid, anna);
    await hub.close();
  });

  test('who may only read it is served too', async () => {
    const { hub, folder, a, b } = await share(0o755 | 0o2020, '022');
    const made = await a.json(...download);
    assert.is(made.outcome, 'changed', made.text);
    const before = everything(folder).map((name) => [name, fs.lstatSync(name).mtimeMs, fs.lstatSync(name).uid]);
    const checked = await b.json(...download);
    assert.is(checked.outcome, 'changed', checked.text);
    assert.is((await b.json(...download)).outcome, 'unchanged');
    assert.is((await b.json('model:verify', '--model=org/tiny', '--full')).step.hashedBytes, 0);
    assert.equal(
      everything(folder).map((name) => [name, fs.lstatSync(name).mtimeMs, fs.lstatSync(name).uid]),
      before,
    );
    await hub.close();
  });

  test('a list of another user that names other bytes, and all that vouches for them, does not make them right', async () => {
    const { hub, commit, folder, a, b } = await share(0o2775);
    await a.json(...download);
    // A config that is not the commit's, with a list, metadata and a stamp that say that it is.
    const config = path.join(folder, 'config.json');
    const theirs = '{"architectures": ["Other"], "model_type": "other"}\n';
    fs.writeFileSync(config, theirs);
    const blob = blobOf('config.json', theirs);
    const cache = path.join(folder, '.cache');
    const tree = path.join(cache, `huggingface/trees/${commit}.json`);
    const listed = JSON.parse(fs.readFileSync(tree, 'utf8'));
    listed.files['config.json'] = { size: theirs.length, blob_id: blob.sha1 };
    fs.writeFileSync(tree, JSON.stringify(listed));
    fs.writeFileSync(path.join(cache, 'huggingface/download/config.json.metadata'), `${commit}\n${blob.sha1}\n${Date.now() / 1000}\n`);
    const { size, mtimeNs, ctimeNs, ino } = fs.statSync(config, { bigint: true });
    const stamp = { size: Number(size), mtime: `${mtimeNs}`, ctime: `${ctimeNs}`, inode: `${ino}`, hash: blob.sha1 };
    fs.writeFileSync(path.join(cache, 'just-lora/stamps/config.json.json'), JSON.stringify(stamp));
    assert.is((await a.json(...download)).outcome, 'unchanged', 'who wrote it believes it');
    const checked = await b.json(...download);
    assert.is(checked.outcome, 'changed', checked.text);
    assert.equal(contentOf(folder), contentFor(files));
    await hub.close();
  });

  test("another user's lock that names a process of ours ends nothing", async () => {
    const { hub, folder, a, b } = await share(0o2775);
    await a.json(...download);
    fs.rmSync(path.join(folder, first));
    const sleeper = spawn('sleep', ['600'], { detached: true, stdio: 'ignore', uid: bert, gid: group });
    try {
      const host = thisHost();
      const pid = sleeper.pid ?? 0;
      assert.ok(pid > 1);
      const started = (await host.processStartTime(pid)) ?? '';
      const lock = path.join(folder, '.cache/just-lora/lock.json');
      const dead = {
        id: 'x',
        pid: 4_194_999,
        started: '1',
        host: host.hostname,
        space: pidNamespaceId(host),
        task: 'x',
        since: 'x',
        beat: 15,
      };
      fs.writeFileSync(lock, JSON.stringify({ ...dead, children: [{ pid, started }] }), { mode: 0o644 });
      fs.chownSync(lock, anna, group);
      const fetched = await b.json(...download);
      assert.is(fetched.outcome, 'changed', fetched.text);
      assert.is(sleeper.exitCode ?? sleeper.signalCode, null);
    } finally {
      sleeper.kill('SIGKILL');
    }
    await hub.close();
  });
}

test.run();
