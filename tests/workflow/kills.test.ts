import { suite } from 'uvu';
import { type Hub, startHub } from '../hub/server';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { day, noon, right, serveModel } from './day';
import { gpuMachine, laptop, type Machine } from './machines';

const test = suite('the whole workflow with kills');

if (noSshd) skip(test, 'the whole workflow with kills', noSshd);
else {
  let hub: Hub;
  test.before(async () => {
    hub = await startHub();
  });
  test.after(() => hub.close());

  test('with a kill in the middle of every step', async () => {
    const there = await gpuMachine(hub.url, 'mini/llama');
    const here = laptop(there.remote);
    const killed = async (machine: Machine, line: string) => {
      if (/npx just/.test(line)) await machine.type(line.replace(/^npm ci && /, ''), line.includes('setup:') ? 6 : 1.2);
      await right(machine, line);
    };
    await right(here, 'npm ci');
    await right(there, 'npm ci');
    // The model is made by the training environment itself, so that one comes first.
    for (const line of noon.filter((each) => each.includes('setup:remote'))) await killed(there, line.replace(/^npm ci && /, ''));
    serveModel(hub, there);
    await day(here, there, killed);
    there.sshd.stop();
  });
}

test.run();
