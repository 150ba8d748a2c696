import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Killed, killOn } from '../support/kill-on';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';

// SIGKILL of the laptop's process, and of what runs on the machine for it, while a task is brought, started and at work.
const test = suite('--on, killed');

const moments = 20;

if (noSshd) skip(test, '--on, killed', noSshd);
else {
  test(`the laptop's process at ${moments} moments`, async () => {
    const { reached } = await killOn(new Array<Killed>(moments).fill('laptop'));
    assert.ok(reached > moments / 2, `${reached} of ${moments} were killed in the middle`);
  });

  test(`what runs there at ${moments} moments: all of it, and the task, who watches it, who follows it alone`, async () => {
    const kinds: readonly Killed[] = ['all there', 'task', 'watcher', 'follower'];
    const { reached } = await killOn(Array.from({ length: moments }, (_, at) => kinds[at % kinds.length] ?? 'task'));
    assert.ok(reached > moments / 2, `${reached} of ${moments} were killed in the middle`);
  });
}

test.run();
