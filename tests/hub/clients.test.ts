import { execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { pythonWith } from '../support/python';
import { contentFor, contentOf, hfEnvironment, leftoversOf, modelFiles, placeFor } from './model';
import { type Hub, startHub } from './server';

const test = suite('real clients');
const run = promisify(execFile);

const files = { ...modelFiles(6_000_000, 4_000_000), 'nested/folder/notes.txt': 'deep' };
const { 'nested/folder/notes.txt': _, ...wanted } = files;
const first = 'model-00001-of-00002.safetensors';

const clients = {
  'hf 1.33': () => path.join(path.dirname(pythonWith('huggingface_hub==1.33.0')), 'hf'),
  'hf 0.36': () => path.join(path.dirname(pythonWith('huggingface_hub[cli]==0.36.2')), 'hf'),
};

async function startGated(): Promise<Hub> {
  const hub = await startHub();
  hub.pageSize = 3;
  hub.add('org/tiny', files, { gated: true });
  hub.tokens.set('hf_good', { granted: ['org/tiny'] });
  return hub;
}

for (const [name, command] of Object.entries(clients)) {
  test(`${name} downloads from this Hub, and transfers nothing where we have been`, async () => {
    const hub = await startGated();
    const home = temporaryFolder();
    const env = hfEnvironment(hub, home, { HF_TOKEN: 'hf_good' });
    const own = path.join(home, 'own');
    await run(command(), ['download', 'org/tiny', '--local-dir', own], { env });
    assert.equal(contentOf(own), contentFor(files));

    const place = placeFor(hub, { HF_TOKEN: 'hf_good' });
    assert.is((await place.json()).outcome, 'changed');
    assert.equal(contentOf(place.folder), contentFor(wanted));
    const before = hub.sent();
    await run(command(), ['download', 'org/tiny', '--local-dir', place.folder, '--exclude', 'nested/*'], { env });
    assert.is(hub.sent(), before);
    assert.equal(contentOf(place.folder), contentFor(wanted));
    await hub.close();
  });

  test(`a download of ${name} is adopted after a look, and what it got wrong is mended`, async () => {
    const hub = await startGated();
    const place = placeFor(hub, { HF_TOKEN: 'hf_good' });
    const env = hfEnvironment(hub, String(place.env.HOME), { HF_TOKEN: 'hf_good' });
    hub.fault = ({ server, path, method }) => (server === 'cdn' && path === first && method === 'GET' ? { flipAt: 1_000_000 } : undefined);
    await run(command(), ['download', 'org/tiny', '--local-dir', place.folder, '--exclude', 'nested/*'], { env });
    assert.not.equal(contentOf(place.folder), contentFor(wanted), 'hf does not look at the bytes');
    hub.fault = () => undefined;
    const before = hub.sent();
    const adopted = await place.json();
    assert.is(adopted.outcome, 'changed', adopted.text);
    assert.equal(contentOf(place.folder), contentFor(wanted));
    const sent = hub.sent() - before;
    assert.ok(sent >= 6_000_000 && sent < 6_001_000, `${sent} bytes for one wrong file of 6,000,000`);
    const again = await place.json();
    assert.is(again.outcome, 'unchanged');
    await hub.close();
  });
}

test('what hf 0.36 had fetched when it was killed is not fetched again', async () => {
  const hub = await startHub();
  // hf writes in blocks of 10 MB.
  const large = modelFiles(25_000_000, 1_000_000);
  hub.add('org/tiny', large);
  const place = placeFor(hub);
  const env = hfEnvironment(hub, String(place.env.HOME));
  hub.rate = 8_000_000;
  const child = spawn(clients['hf 0.36'](), ['download', 'org/tiny', first, '--local-dir', place.folder], {
    env,
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (hub.sent(first) < 14_000_000 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await ended;
  const there = fs
    .readdirSync(path.join(place.folder, '.cache/huggingface/download'))
    .filter((name) => name.endsWith('.incomplete'))
    .map((name) => fs.statSync(path.join(place.folder, '.cache/huggingface/download', name)).size)[0];
  assert.ok(there && there >= 10_000_000, `${there} bytes there`);
  hub.rate = 0;
  const before = hub.sent(first);
  assert.is((await place.json()).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(large));
  assert.is(hub.sent(first) - before, 25_000_000 - there);
  assert.equal(leftoversOf(place.folder), []);
  await hub.close();
});

test('the cache of hf is found, and linked or copied when asked', async () => {
  const hub = await startGated();
  const place = placeFor(hub, { HF_TOKEN: 'hf_good' });
  const home = String(place.env.HOME);
  const env = hfEnvironment(hub, home, { HF_TOKEN: 'hf_good' });
  await run(clients['hf 1.33'](), ['download', 'org/tiny'], { env });
  assert.match((await place.run('--plan')).stdout, /in the cache of Hugging Face too: `--from-cache=link`/);
  const before = hub.sent(first);
  assert.is((await place.json('--from-cache=link')).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(wanted));
  assert.ok(fs.statSync(path.join(place.folder, first)).nlink > 1);
  fs.rmSync(place.folder, { recursive: true });
  assert.is((await place.json('--from-cache=copy')).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(wanted));
  assert.is(fs.statSync(path.join(place.folder, first)).nlink, 1);
  assert.is(hub.sent(first), before);

  const asked = hub.seen.length;
  const other = placeFor(hub, { HF_HUB_OFFLINE: '1' });
  assert.is((await other.json(`--source=file://${encodeURI(place.folder)}`)).outcome, 'changed');
  assert.equal(contentOf(other.folder), contentFor(wanted));
  assert.is((await other.json()).outcome, 'unchanged', 'its own record is enough from here on');
  assert.is(hub.seen.length, asked);
  await hub.close();
});

test('hf as the backend moves the bytes, between our gates and our hashes', async () => {
  const hub = await startGated();
  const place = placeFor(hub, {
    HF_TOKEN: 'hf_good',
    HF_HUB_DISABLE_XET: '1',
    PATH: `${path.dirname(clients['hf 1.33']())}:${process.env.PATH}`,
  });
  hub.fault = ({ server, path, method }) => (server === 'cdn' && path === first && method === 'GET' ? { flipAt: 1_000_000 } : undefined);
  const wrong = await place.json('--backend=hf');
  assert.is(wrong.step.code, 'E_HF_FAILED', wrong.text);
  assert.match(String(wrong.step.found), new RegExp(first));
  hub.fault = () => undefined;
  const right = await place.json('--backend=hf');
  assert.is(right.outcome, 'changed', right.text);
  assert.equal(contentOf(place.folder), contentFor(wanted));

  const mine = '{"mine": true}';
  fs.writeFileSync(path.join(place.folder, 'config.json'), mine);
  assert.is((await place.json('--backend=hf')).step.code, 'E_MODEL_EDITED');
  assert.is((await place.json('--backend=hf', '--repair')).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(wanted));
  const replaced = path.join(place.folder, '.cache/just-lora/replaced');
  assert.equal(
    fs.readdirSync(replaced).map((name) => fs.readFileSync(path.join(replaced, name), 'utf8')),
    [mine],
  );
  await hub.close();
});

test("npm's @huggingface/hub lists and downloads from this Hub", async () => {
  const hub = await startGated();
  const { listFiles, downloadFile } = await import('@huggingface/hub');
  const options = { repo: 'org/tiny', hubUrl: hub.url, accessToken: 'hf_good' } as const;
  const names: string[] = [];
  for await (const { path, type } of listFiles({ ...options, recursive: true })) if (type === 'file') names.push(path);
  assert.equal(names.sort(), Object.keys(files).sort());
  for (const name of [first, 'config.json']) {
    const blob = await downloadFile({ ...options, path: name });
    assert.ok(
      blob && Buffer.from(await blob.arrayBuffer()).equals(Buffer.from((files as Record<string, string | Buffer>)[name] as Buffer)),
      name,
    );
  }
  await hub.close();
});

test.run();
