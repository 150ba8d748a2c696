import { Interrupted, UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { startWorker } from '../../platform/worker';
import { hubOf } from '../api/hub';
import type { PlacesTask } from './places';
import type { FileOrder } from './transfer';
import type { TransferMessage, TransferTask } from './transfer-worker';

/**
 * Runs a transfer in a thread of its own: just runs tasks inside of a `domain`, whose hooks make each of the many
 * small operations of a transfer several times as expensive.
 * @throws UserError, Interrupted
 */
export async function transferInThread(
  context: Context,
  order: FileOrder,
  source: PlacesTask,
  progress: (progress: Progress) => void,
): Promise<void> {
  const { root, environment, settings, task, host } = context;
  const workerData: TransferTask = { context: { root, environment, settings, task }, order, source, token: hubOf(context).requests.token };
  const worker = startWorker(__filename, 'transfer-worker', { workerData });
  const watch = setInterval(() => {
    if (host.processes.interrupted) worker.postMessage(host.processes.interrupted);
  }, 100);
  try {
    const ended = await new Promise<Extract<TransferMessage, { ended: unknown }>['ended']>((resolve, reject) => {
      worker.on('message', (told: TransferMessage) => ('progress' in told ? progress(told.progress) : resolve(told.ended)));
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread of the transfer ended without a word')));
    });
    if (ended.interrupted) throw new Interrupted(ended.interrupted);
    if (ended.fault?.code === 'E_UNEXPECTED') throw Object.assign(new Error(ended.fault.found), { stack: ended.stack });
    if (ended.fault) throw new UserError(ended.fault);
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}
