import * as path from 'node:path';
import type { Context } from '../../core/context';
import { Interrupted } from '../../core/errors';
import { makeState, remoteFolder } from '../../core/state';
import { parseRecordNames, parseRecords } from '../../parse/fetched-records';
import type { Remote } from '../remote';
import { remoteFault } from './faults';
import { recordNamesScript, recordsScript } from './record-scripts';
import type { Shell } from './shell';

/** The run records of a remote, by name, and how those that were fetched before differ. */
export interface RecordsThere {
  names: string[];
  missing: string[];
  gone: string[];
}

const folderFor = ({ root }: Context, { name }: Remote): string => path.join(remoteFolder(root, name), 'runs');

/** Looks, and writes nothing on either side. @throws UserError by the fault: E_SSH_…, E_REMOTE_… */
export async function compareRecords(context: Context, remote: Remote, shell: Shell): Promise<RecordsThere> {
  const { exitCode, stdout, tail, timedOut } = await shell.run(recordNamesScript, [remote.path], { timeoutMs: 40_000 });
  const names = parseRecordNames(stdout);
  if (!names) throw remoteFault(remote, timedOut || exitCode === 0 ? 255 : exitCode, timedOut ? 'timed out' : tail, 'pull');
  const here = context.host.files.list(folderFor(context, remote)).filter((file) => file.endsWith('.json'));
  return { names, missing: names.filter((file) => !here.includes(file)), gone: here.filter((file) => !names.includes(file)) };
}

/** Brings what is new into `STATE/remotes/NAME/runs`, and lets go of what the remote no longer keeps. */
export async function fetchRecords(context: Context, remote: Remote, shell: Shell, { missing, gone }: RecordsThere): Promise<void> {
  const { host, root } = context;
  const folder = folderFor(context, remote);
  if (missing.length > 0) {
    const { exitCode, stdout, tail } = await shell.run(recordsScript, [remote.path, ...missing]);
    if (exitCode !== 0) throw remoteFault(remote, exitCode, tail, 'pull');
    makeState(host, root);
    for (const [file, text] of parseRecords(stdout)) host.files.writeText(path.join(folder, file), text);
  }
  for (const file of gone) host.files.remove(path.join(folder, file));
}

/** The same on the way of something else, which does not fail for it. */
export async function fetchRecordsToo(context: Context, remote: Remote, shell: Shell): Promise<void> {
  const fetch = async () => fetchRecords(context, remote, shell, await compareRecords(context, remote, shell));
  await fetch().catch((error: unknown) => {
    if (error instanceof Interrupted) throw error;
  });
}
