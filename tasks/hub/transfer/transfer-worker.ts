import { parentPort, workerData } from 'node:worker_threads';
import { type Fault, faultOf, Interrupted } from '../../common/errors';
import type { Context } from '../../engine/context';
import { Resources } from '../../engine/resources';
import type { Progress } from '../../engine/step';
import { thisHost } from '../../platform';
import { Hub } from '../api/hub';
import { installFile, quarantine } from '../store/deliver';
import { copyPiece } from './copy';
import { fetchRange } from './fetch-range';
import { type FileOrder, Transfer } from './transfer';

/** What the thread is to do. */
export interface TransferTask {
  context: Pick<Context, 'root' | 'environment' | 'settings' | 'task'>;
  order: FileOrder;
  /** The places of files that are on this machine already. */
  places: ReadonlyMap<string, string>;
}

/** What it tells. */
export type TransferMessage = { progress: Progress } | { ended: { fault?: Fault; interrupted?: NodeJS.Signals; stack?: string } };

const { context: part, order, places } = workerData as TransferTask;
const host = thisHost();
const context: Context = {
  ...part,
  host,
  origins: new Map(),
  option: () => undefined,
  optionValues: () => [],
  optionNames: () => [],
  resources: new Resources(),
  locked: false,
  forced: () => false,
};
const tell = (told: TransferMessage) => parentPort?.postMessage(told);

parentPort?.on('message', (signal: NodeJS.Signals) => host.processes.interrupt(signal));

async function main(): Promise<void> {
  const { folder, commit, repo } = order;
  const hub = new Hub(context);
  const { patience } = hub.requests;
  patience.tell = (text) => tell({ progress: { text, atOnce: true } });
  const transfer = new Transfer(
    context,
    order,
    async (of, range) => {
      const place = places.get(of.job.file.path);
      await (place === undefined ? fetchRange({ ...of, hub, repo, commit }, range) : copyPiece(of, range, place));
    },
    async ({ file, partial }, marks) => installFile(context, folder, commit, file, partial, marks),
    async ({ file, partial }, actual) => quarantine(host, folder, file, partial.name, actual),
  );
  try {
    await transfer.run((progress) =>
      tell({ progress: { ...progress, text: [patience.words(), progress.text].filter(Boolean).join('; ') } }),
    );
    tell({ ended: {} });
  } catch (error) {
    if (error instanceof Interrupted) tell({ ended: { interrupted: host.processes.interrupted ?? 'SIGINT' } });
    else tell({ ended: { fault: faultOf(error), stack: (error as Error).stack ?? '' } });
  } finally {
    hub.requests.connections.close();
    parentPort?.close();
  }
}

void main();
