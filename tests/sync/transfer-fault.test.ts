import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mayRetry, transferFault } from '../../tasks/sync/answers/transfer-fault';

const test = suite('why a transfer failed');

for (const [code, text, fault] of [
  [255, 'Host key for x has changed and you have requested strict checking.\nHost key verification failed.', 'host-key'],
  [255, 'Host key verification failed.', 'host-key-new'],
  [255, 'me@box: Permission denied (publickey).', 'login'],
  [12, 'bash: rsync: command not found\nrsync error: error in rsync protocol data stream (code 12)', 'no-rsync'],
  [127, '', 'no-rsync'],
  [11, 'rsync: write failed on "/x": No space left on device (28)', 'full'],
  [12, 'connection unexpectedly closed', 'link'],
  [30, 'timeout in data send/receive', 'link'],
  [255, 'ssh: connect to host x port 22: Connection refused', 'refused'],
  [23, 'rsync: send_files failed to open', 'partial'],
  [5, '', 'other'],
] as const)
  test(`exit code ${code} with ${JSON.stringify(text)} is ${fault}`, () => assert.is(transferFault(code, text), fault));

test('only what a link can do is tried again', () => {
  assert.equal((['link', 'refused', 'unreachable'] as const).map(mayRetry), [true, true, true]);
  assert.equal((['full', 'login', 'host-key', 'no-rsync', 'partial', 'denied', 'other'] as const).map(mayRetry), [
    false,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test.run();
