import { parentPort, workerData } from 'node:worker_threads';
import { type Fault, faultOf, Interrupted } from '../../common/errors';
import type { Context } from '../../engine/context';
import { Resources } from '../../engine/resources';
import type { Progress } from '../../engine/step';
import { thisHost } from '../../platform';
import { offlineBy } from '../api/endpoint';
import { Hub } from '../api/hub';
import type { Token } from '../api/token';
import { installFile, quarantine } from '../store/deliver';
import { copyPiece } from './copy';
import { fetchRange } from './fetch-range';
import { Places, type PlacesTask } from './places';
import { type FileOrder, Transfer } from './transfer';

/** What the thread is to do. */
export interface TransferTask {
  context: Pick<Context, 'root' | 'environment' | 'settings' | 'task'>;
  order: FileOrder;
  source: PlacesTask;
  /** As the run found it. */
  token: Token | undefined;
}

/** What it tells. */
export type TransferMessage = { progress: Progress } | { ended: { fault?: Fault; interrupted?: NodeJS.Signals; stack?: string } };

const { context: part, order, source, token } = workerData as TransferTask;
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
  const hub = new Hub(context, token);
  const { patience } = hub.requests;
  const say = (text: string) => tell({ progress: { text, atOnce: true } });
  patience.tell = say;
  const places = new Places(source, offlineBy(host), say);
  const transfer = new Transfer(
    context,
    order,
    async (of, range) => {
      const place = places.of(of.job.file.path);
      await (place === undefined ? fetchRange({ ...of, hub, repo, commit }, range) : copyPiece(of, range, place));
    },
    async ({ file, partial }, marks) => installFile(context, folder, commit, file, partial, marks),
    async ({ file, partial }, actual) => quarantine(host, folder, file, partial.name, actual),
    (file, why) => places.leave(file, why),
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
