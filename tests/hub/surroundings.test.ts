import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandPath } from '../../tasks/common/expand-path';
import { runJust } from '../support/project';
import { contentFor, contentOf, modelFiles, placeFor } from './model';
import { startHub } from './server';

/** Variables, files and mirrors as the users of huggingface_hub have them. */
const test = suite('the surroundings of the Hub');
const files = modelFiles(200_000, 100_000);

const write = (file: string, text: string) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
};

test('paths are read as os.path.expandvars(os.path.expanduser(…)) reads them', () => {
  const here = { env: { USER: 'me', EMPTY: '' }, home: '/home/me' };
  for (const [text, wanted] of [
    ['~', '/home/me'],
    ['~/hf', '/home/me/hf'],
    ['~other/hf', '~other/hf'],
    ['/scratch/$USER/hf', '/scratch/me/hf'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell, as huggingface_hub reads it
    ['/scratch/${USER}x/$EMPTY/hf', '/scratch/mex//hf'],
    ['/scratch/$NOBODY', '/scratch/$NOBODY'],
    ['a~b', 'a~b'],
  ] as const)
    assert.is(expandPath(here, text), wanted);
});

test('HF_HOME, HF_TOKEN_PATH and HF_HUB_CACHE lead where huggingface_hub finds them', async () => {
  const hub = await startHub();
  const commit = hub.add('org/tiny', files, { gated: true }).revisions.get('main') ?? '';
  hub.tokens.set('hf_one', { granted: ['org/tiny'] });
  const place = placeFor(hub, { HF_HOME: '~/$NAMED/hf', NAMED: 'by-name', HF_HUB_CACHE: '$HOME/cache' });
  write(path.join(String(place.env.HOME), 'by-name/hf/token'), 'hf_one\n');
  write(path.join(String(place.env.HOME), 'cache/models--org--tiny/refs/main'), commit);
  write(path.join(String(place.env.HOME), `cache/models--org--tiny/snapshots/${commit}/config.json`), '{}');
  const { text } = await place.json('--plan');
  assert.match(text, /with the token of .*by-name\/hf\/token.*it is in the cache of Hugging Face too/);
  place.env.HF_TOKEN_PATH = '$HOME/secrets/mine';
  write(path.join(String(place.env.HOME), 'secrets/mine'), 'hf_one');
  assert.match((await place.json('--plan')).text, /with the token of .*secrets\/mine/);
  await hub.close();
});

test('HF_ENDPOINT without its scheme or in quotes is told with the line to write', async () => {
  const hub = await startHub();
  const place = placeFor(hub);
  for (const [HF_ENDPOINT, wanted] of [
    ['hf-mirror.com', 'export HF_ENDPOINT=https://hf-mirror.com'],
    ['"https://hf-mirror.com"', 'export HF_ENDPOINT=https://hf-mirror.com'],
  ]) {
    place.env.HF_ENDPOINT = HF_ENDPOINT;
    const { step } = await place.json('--plan');
    assert.is(step.code, 'E_HUB_UNREACHABLE', JSON.stringify(step));
    assert.ok(String(step.fix).includes(`\`${wanted}\``), String(step.fix));
  }
  await hub.close();
});

test('a SOCKS proxy is refused by its name, and none where it is not asked', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub, { ALL_PROXY: 'socks5h://127.0.0.1:1080' });
  const { exitCode, step } = await place.json('--plan');
  assert.is(exitCode, 0, 'a plan');
  assert.is(step.code, 'E_HUB_PROXY', JSON.stringify(step));
  assert.match(String(step.found), /ALL_PROXY is a proxy of `socks5h:\/\/`/);
  assert.equal(hub.seen, []);
  place.env.NO_PROXY = '127.0.0.1';
  assert.is((await place.json()).outcome, 'changed');
  await hub.close();
});

test('a mirror without /tree/ is asked as huggingface_hub before 1.0 asks', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  hub.fault = ({ url }) => (url.includes('/tree/') ? { status: 404, headers: { 'X-Error-Code': '' }, body: 'Not Found' } : undefined);
  const { outcome, text } = await place.json();
  assert.is(outcome, 'changed', text);
  assert.equal(contentOf(place.folder), contentFor(files));
  // One that tells no hashes either: nothing is fetched that cannot be checked.
  fs.rmSync(place.folder, { recursive: true });
  hub.fault = ({ url }) =>
    url.includes('/tree/')
      ? { status: 405, headers: { 'X-Error-Code': '' } }
      : url.includes('/resolve/')
        ? { etag: '"none"', headers: { 'X-Linked-Etag': '' } }
        : undefined;
  const { step } = await place.json();
  assert.is(step.code, 'E_HUB_ANSWER', JSON.stringify(step));
  assert.match(String(step.found), /has no `\/tree\/`, and tells neither size nor hash/);
  await hub.close();
});

test('a login of the browser that has ended is told as that, with the command of this machine', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files, { gated: true });
  const place = placeFor(hub);
  const home = path.join(String(place.env.HOME), '.cache/huggingface');
  write(path.join(home, 'token'), 'hf_oauth_old');
  write(
    path.join(home, 'stored_tokens'),
    `[other]\nhf_token = hf_other\n\n[me-oauth]\nhf_token = hf_oauth_old\nrefresh_token = r\nexpires_at = 1700000000\n`,
  );
  const { step } = await place.json('--plan');
  assert.is(step.code, 'E_HUB_BAD_TOKEN', JSON.stringify(step));
  assert.match(String(step.found), /ended on 2023-11-14 22:13 \(UTC\)/);
  assert.not.match(JSON.stringify(step), /hf_oauth_old/);
  // The environment has what it has: 0.25 knows no `hf`.
  const program = path.join(place.project, '.venv-local/bin/huggingface-cli');
  for (const name of ['huggingface-cli', 'python']) write(path.join(path.dirname(program), name), '#!/bin/sh\n');
  for (const name of fs.readdirSync(path.dirname(program))) fs.chmodSync(path.join(path.dirname(program), name), 0o755);
  place.env.PATH = '/usr/bin:/bin';
  assert.match(String((await place.json('--plan')).step.fix), /`\.venv-local\/bin\/huggingface-cli login`/);
  await hub.close();
});

test('`all` is every model of the settings, `present` those that are here', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  fs.writeFileSync(
    path.join(place.project, 'configs/setup.yaml'),
    'models:\n  on:\n    repo: org/tiny\n  off:\n    repo: org/tiny\n    enabled: false\n',
  );
  fs.mkdirSync(path.join(place.project, 'models/off'), { recursive: true });
  for (const [args, wanted] of [
    [['--model=all'], ['download:on', 'download:off']],
    [['--model=present'], ['download:off']],
  ] as const) {
    const { stdout } = await runJust(place.project, ['model:download', ...args, '--plan', '--json'], place.env);
    assert.equal(
      JSON.parse(stdout).steps.map(({ name }: { name: string }) => name),
      [...wanted],
    );
  }
  await hub.close();
});

test.run();
