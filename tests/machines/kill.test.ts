import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killOn } from '../support/kill-on';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';

// A short form of tests/kills/on.test.ts: while things are brought, and with the task at work.
const test = suite('--on, killed twice');

if (noSshd) skip(test, '--on, killed twice', noSshd);
else
  test('the laptop and what runs there: the same command ends well, with the same state, and leaves nothing', async () => {
    const { reached } = await killOn(['laptop', 'all there']);
    assert.is(reached, 2);
  });

test.run();
