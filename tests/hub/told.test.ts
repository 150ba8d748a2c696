import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust } from '../support/project';
import { modelFiles, placeFor } from './model';
import { type Hub, startHub } from './server';

/** Faults of a server and of settings that are told as what they are. */
const test = suite('what is told of a server');
let hub: Hub;
test.before(async () => {
  hub = await startHub();
  hub.add('org/tiny', modelFiles(50_000));
});
test.after(() => hub.close());

test('a packed answer is named, and what came is told as wrong bytes of its file', async () => {
  const headers = { 'Content-Encoding': 'gzip' };
  const place = placeFor(hub);
  hub.fault = ({ url }) => (url.includes('/tree/') ? { headers } : undefined);
  const list = await place.json('--plan');
  assert.is(list.step.code, 'E_HUB_ANSWER', list.text);
  assert.match(String(list.step.found), /`Content-Encoding` with `gzip`/);
  hub.fault = ({ path }) => (path === 'tokenizer.json' ? { headers, flipAt: 7 } : undefined);
  const file = await place.json();
  assert.is(file.step.code, 'E_MODEL_HASH', file.text);
  assert.match(String(file.step.found), /\(the server sent it with `Content-Encoding: gzip`, which was not asked for\)/);
  const { stdout } = await runJust(place.project, ['model:clean', '--model=org/tiny', '--plan'], place.env);
  assert.match(stdout, /wrong\/tokenizer\.json\.[0-9a-f]{12} +wrong bytes +tokenizer\.json +/);
  assert.match(stdout, /1 file with wrong bytes \(/);
  assert.not.match(stdout, /[2-9] partial files/);
});

test('403 of a gated repository without a token says that there is none', async () => {
  const place = placeFor(hub);
  const refusal = { status: 403, headers: { 'X-Error-Code': 'GatedRepo', 'X-Error-Message': 'Access restricted' } };
  hub.fault = ({ url }) => (url.includes('/auth-check') ? refusal : undefined);
  const { step } = await place.json('--plan');
  assert.is(step.code, 'E_HUB_NO_TOKEN');
  assert.match(String(step.found), 'no token was found');
  assert.match(String(step.fix), '`export HF_TOKEN=…`');
});

test('HF_ENDPOINT with a blank or a query is named, with the line to write', async () => {
  hub.fault = () => undefined;
  const place = placeFor(hub);
  for (const [end, what] of [
    [' ', 'with a blank in it'],
    ['?x=1', 'with more than a path behind its name'],
  ] as const) {
    place.env.HF_ENDPOINT = hub.url + end;
    const { step } = await place.json('--plan');
    assert.is(step.code, 'E_HUB_UNREACHABLE', JSON.stringify(step));
    assert.match(String(step.found), what);
    assert.match(String(step.fix), `\`export HF_ENDPOINT=${hub.url}\``);
  }
});

test.run();
