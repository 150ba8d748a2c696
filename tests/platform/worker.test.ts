import * as os from 'node:os';
import { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('threads');

/** The priority of a thread, as the system has it, before and after it yields. */
async function priorities(): Promise<number[]> {
  const code = `
    const { parentPort } = require('worker_threads');
    const thread = Number(require('fs').readlinkSync('/proc/thread-self').split('/')[2]);
    const now = () => require('os').getPriority(thread);
    const before = now();
    require(${JSON.stringify(require.resolve('../../tasks/platform/worker'))}).yieldToOthers();
    parentPort.postMessage([before, now()]);`;
  const thread = new Worker(code, { eval: true, execArgv: ['-r', require.resolve('ts-node/register')] });
  return new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
}

if (process.platform === 'linux')
  test('one that yields lets the others go first, and only that one', async () => {
    const here = os.getPriority();
    const [before, after] = await priorities();
    assert.equal([before, after, os.getPriority()], [here, 10, here]);
  });

test.run();
