import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeAdapter } from '../checkpoints/adapters/adapter';
import { runJust } from '../support/project';
import { modelFiles, placeFor } from './model';
import { startHub } from './server';

const test = suite('what failed and what there is are named');

/** A port of this machine that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a proxy that does not answer, without its password', async () => {
  const port = await deadPort();
  const none = { HTTPS_PROXY: undefined, https_proxy: undefined, HTTP_PROXY: undefined, http_proxy: undefined, ALL_PROXY: undefined };
  const address = `127.0.0.1:${port}`;
  for (const [HF_ENDPOINT, variable] of [
    ['https://hub.invalid', 'HTTPS_PROXY'],
    ['http://hub.invalid', 'http_proxy'],
  ]) {
    const env = { ...none, all_proxy: undefined, NO_PROXY: undefined, no_proxy: undefined, HF_ENDPOINT };
    const place = placeFor(await startHub(), { ...env, [String(variable)]: `http://me:verysecretword@${address}` });
    const { step, text } = await place.json('--plan');
    assert.is(step.code, 'E_HUB_UNREACHABLE', text);
    assert.match(String(step.found), `${HF_ENDPOINT} cannot be reached through the proxy \`http://${address}\` of ${variable}`);
    assert.match(String(step.fix), `\`unset ${variable}\``);
    assert.not.match(text, 'verysecretword');
  }
});

test('the models of the settings, for a name that is none of them', async () => {
  const hub = await startHub();
  hub.add('org/tiny', modelFiles(1000));
  const { project, env } = placeFor(hub);
  const said = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runJust(project, args, env);
    assert.is(exitCode, 2, stdout);
    return stdout + stderr;
  };
  const names = 'name one of the settings (`llama-3.1-8b`, `mistral-7b`), ';
  assert.match(await said('model:download', '--model=nope'), `${names}or \`owner/name\` of a repository`);
  assert.match(await said('model:download', '--model=mistral-7'), 'did you mean `--model=mistral-7b`?');
  await hub.close();
});

test('an adapter by its bare name, and those that are here where there is none of it', async () => {
  const place = placeFor(await startHub());
  makeAdapter(path.join(place.project, 'adapters/first'));
  const verify = async (asked: string) => {
    const { stdout } = await runJust(place.project, ['model:verify', `--adapter=${asked}`, '--json'], place.env);
    return JSON.parse(stdout).steps[0];
  };
  const step = await verify('first');
  assert.is(step.folder, path.join(place.project, 'adapters/first'), JSON.stringify(step));
  const none = await verify('second');
  assert.equal([none.code, none.found], ['E_MODEL_PATH', 'no folder is at `second`']);
  assert.match(none.fix, /^name one that is here: `--adapter=adapters\/first`$/m);
  // What is there by that very path is what is meant.
  fs.mkdirSync(path.join(place.project, 'first'));
  assert.is((await verify('first')).folder, path.join(place.project, 'first'));
});

test.run();
