import * as path from 'node:path';
import type { Context } from '../engine/context';
import { parseRunRecord, type RunRecord } from '../engine/records/run-record';
import { remoteFolder, statePath } from '../engine/state';

/** The records of runs of one machine; those that could not be read are counted. */
export interface Records {
  runs: RunRecord[];
  unreadable: number;
}

/** A record has some kilobytes; what is not one is not read into memory. */
const largestBytes = 20_000_000;

/** What the runs of this machine left. */
export const ownRecords = (context: Context): Records => recordsIn(context, statePath(context.root, 'runs'));

/** What was fetched of the remotes, by their names. */
export const fetchedRecords = (context: Context): (Records & { remote: string; isFetched: boolean })[] =>
  remotesOf(context).map((remote) => {
    const folder = runsOf(context, remote);
    return { remote, ...recordsIn(context, folder), isFetched: context.host.files.stat(folder)?.isDirectory() ?? false };
  });

const remotesOf = ({ host, root }: Context): string[] => host.files.list(statePath(root, 'remotes'));
const runsOf = ({ root }: Context, remote: string): string => path.join(remoteFolder(root, remote), 'runs');

function recordsIn(context: Context, folder: string): Records {
  const names = context.host.files.list(folder).filter((name) => name.endsWith('.json'));
  const runs = names.flatMap((name) => readRecord(context, path.join(folder, name)) ?? []);
  return { runs, unreadable: names.length - runs.length };
}

function readRecord({ host }: Context, file: string): RunRecord | undefined {
  try {
    if ((host.files.stat(file)?.size ?? 0) > largestBytes) return undefined;
    return parseRunRecord(host.files.readText(file) ?? '');
  } catch {
    return undefined;
  }
}
