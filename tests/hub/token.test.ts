import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { modelFiles, placeFor } from './model';
import { type Hub, startHub } from './server';

const test = suite('where a token comes from, and its cure');
const bad = 'hf_unknowntoken0123456789abcdefghi';
let hub: Hub;
test.before(async () => {
  hub = await startHub();
  hub.add('org/tiny', modelFiles(1000), { gated: true });
});
test.after(() => hub.close());

/** What `model:download --plan` says with these variables and files below the home. */
async function said(env: Record<string, string>, files: Readonly<Record<string, string>> = {}) {
  const place = placeFor(hub, { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`, ...env });
  const home = String(place.env.HOME);
  for (const name of ['HF_TOKEN_PATH']) if (env[name]) place.env[name] = path.join(home, String(env[name]));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    fs.writeFileSync(path.join(home, name), text);
  }
  const { step, text, exitCode } = await place.json('--check');
  assert.not.match(text, bad);
  return { place, home, exitCode, code: step.code, found: String(step.found), fix: String(step.fix) };
}

test('a variable goes before a login, which counts once it is unset', async () => {
  const one = await said({ HF_TOKEN: bad });
  assert.is(one.code, 'E_HUB_BAD_TOKEN');
  assert.match(one.fix, '`export HF_TOKEN=…` with it, or `unset HF_TOKEN` and then `hf auth login`');
  const both = await said({ HF_TOKEN: bad, HUGGING_FACE_HUB_TOKEN: bad });
  assert.match(both.fix, '`unset HF_TOKEN HUGGING_FACE_HUB_TOKEN` and then');
  const former = await said({ HUGGING_FACE_HUB_TOKEN: bad });
  assert.match(former.fix, '`export HUGGING_FACE_HUB_TOKEN=…`');
});

test('a file is where the new one goes, by hand or by a login', async () => {
  const login = await said({}, { '.cache/huggingface/token': bad });
  assert.match(login.fix, /put it into `[^`]*\.cache\/huggingface\/token` \(or `hf auth login`/);
  const named = await said({ HF_TOKEN_PATH: 'mine' }, { mine: bad });
  assert.match(named.fix, /put it into `[^`]*mine` \(or/);
});

test('one that was sent for a run is renewed on the machine that sent it', async () => {
  const sent = await said({ HF_TOKEN: bad, JUST_LORA_LOGIN_FROM: 'HF_TOKEN' });
  assert.match(sent.found, 'the token of HF_TOKEN of the machine that sent it is not valid');
  assert.match(sent.fix, 'on the machine that sent it (`--send-token`) `export HF_TOKEN=…` with it, or `unset HF_TOKEN`');
});

test('characters that no token has: the same cure', async () => {
  const { code, fix } = await said({}, { '.cache/huggingface/token': 'hf_one\nhf_two' });
  assert.is(code, 'E_HUB_BAD_TOKEN');
  assert.match(fix, 'the token alone, on one line: put it into `');
});

test('a folder in its place is named, with the command that moves it', async () => {
  const place = await said({}, { '.cache/huggingface/token/x': '' });
  assert.equal([place.code, place.exitCode], ['E_NOT_READABLE', 1]);
  assert.match(place.found, /`[^`]*\.cache\/huggingface\/token` is a folder, where the token of the Hub is looked for/);
  const [, command = ''] = /^`(mv [^`]+)`$/m.exec(place.fix) ?? [];
  assert.match(command, /token\.kept/);
  const named = await said({ HF_TOKEN_PATH: 'mine' }, { 'mine/x': '' });
  assert.match(named.fix, '`unset HF_TOKEN_PATH`');
});

if (process.platform === 'win32') skip(test, 'a file that cannot be read', 'Windows has other rights');
else
  test('a file that cannot be read is never opened to everybody', () => {
    const root = temporaryFolder('token');
    fs.chmodSync(root, 0o755);
    const file = path.join(root, 'token');
    fs.writeFileSync(file, bad, { mode: 0o000 });
    const isRoot = process.getuid?.() === 0;
    // As root in a process of another user.
    const script = `
      const { readTokenFile } = require(${JSON.stringify(path.join(repository, 'tasks/hub/api/token-file'))});
      const host = require(${JSON.stringify(path.join(repository, 'tasks/platform'))}).thisHost();
      ${isRoot ? 'process.setgid(65534); process.setuid(65534);' : ''}
      try { readTokenFile({ host, root: '/nowhere' }, ${JSON.stringify(file)}); } catch (error) { console.log(JSON.stringify(error.fault)); }`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-r', './tools/ts-node/register', '-e', script], {
      cwd: repository,
      encoding: 'utf8',
    });
    assert.ok(stdout, stderr);
    const { code, fix } = JSON.parse(stdout);
    assert.is(code, 'E_NOT_READABLE');
    assert.match(fix, isRoot ? `\`sudo chown "$(id -un)" ${file} && chmod 600 ${file}\`` : `\`chmod 600 ${file}\``);
    assert.match(fix, '`export HF_TOKEN=…`');
    assert.not.match(fix, 'a+r');
  });

if (process.platform === 'win32') skip(test, 'a pipe as the token file', 'Windows has others');
else
  test('a pipe that nobody writes to ends the run with its cure, one with a token is as good as a file', async () => {
    hub.tokens.set('hf_piped', { granted: ['org/tiny'] });
    const place = placeFor(hub);
    const file = path.join(String(place.env.HOME), 'pipe');
    spawnSync('mkfifo', [file]);
    place.env.HF_TOKEN_PATH = file;
    const { step, exitCode } = await place.json('--check');
    assert.equal([step.code, exitCode], ['E_NOT_READABLE', 1]);
    assert.match(String(step.found), /pipe` is a pipe from which nothing comes, where the token .*\(`HF_TOKEN_PATH`\)/);
    assert.match(String(step.fix), /^`mv [^`]+`\nor name a file of your own: `export HF_TOKEN_PATH=FILE`/);
    const writer = spawn('sh', ['-c', 'echo hf_piped > "$0"', file], { stdio: 'ignore' });
    const fetched = await place.json();
    writer.kill();
    assert.is(fetched.outcome, 'changed', fetched.text);
  });

test.run();
