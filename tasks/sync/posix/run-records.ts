import * as path from 'node:path';
import { Interrupted } from '../../common/errors';
import type { Context } from '../../engine/context';
import { parseRecordNames, parseRecords } from '../../engine/records/fetched-records';
import { makeStateFolder, remoteFolder, statePath } from '../../engine/state';
import type { RelativeName } from '../../untrusted/names';
import { answerOf, longAnswer, refusePart } from '../answers/answer';
import type { Remote } from '../remotes/remote';
import { remoteFault } from './faults';
import { recordNamesScript, recordsScript } from './scripts/record-scripts';
import type { Shell } from './shell';
import { loginFault } from './ssh/login-fault';

/** The run records of a remote, by name, and how those that were fetched before differ. */
export interface RecordsThere {
  names: string[];
  missing: string[];
  gone: string[];
  /** Records of it were fetched before, though there may have been none. */
  isFetched: boolean;
}

/** One answer holds as many as there is room for: each has less than a megabyte. */
const recordsAtOnce = 50;

const folderFor = ({ root }: Context, { name }: Remote): string => path.join(remoteFolder(root, name), 'runs');

/** Looks, and writes nothing on either side. @throws UserError by the fault: E_SSH_…, E_REMOTE_… */
export async function compareRecords(context: Context, remote: Remote, shell: Shell): Promise<RecordsThere> {
  const answer = await shell.run(recordNamesScript, [remote.path], { limits: { timeoutMs: 40_000 } });
  const { exitCode, stdout, tail, timedOut, cut } = answer;
  refusePart(remote, { cut, timedOut: false });
  const names = parseRecordNames(stdout);
  if (!names && shell.ssh) throw await loginFault(context, remote, shell.ssh, answer);
  if (!names) throw remoteFault({ remote }, timedOut || exitCode === 0 ? 255 : exitCode, timedOut ? 'Connection timed out' : tail, 'pull');
  const folder = folderFor(context, remote);
  const here = context.host.files.list(folder).filter((file) => file.endsWith('.json'));
  const isFetched = context.host.files.stat(folder) !== undefined;
  return { names, missing: names.filter((file) => !here.includes(file)), gone: here.filter((file) => !names.includes(file)), isFetched };
}

/** Brings what is new into `STATE/remotes/NAME/runs`, and lets go of what the remote no longer keeps. */
export async function fetchRecords(context: Context, remote: Remote, shell: Shell, { missing, gone }: RecordsThere): Promise<void> {
  const { host, root } = context;
  const folder = folderFor(context, remote);
  makeStateFolder(host, root);
  // Nothing on the way is a link that would lead them elsewhere. An empty folder says that there was no run.
  host.tree.makeFolderAt(statePath(root), path.relative(statePath(root), folder) as RelativeName);
  for (let from = 0; from < missing.length; from += recordsAtOnce) {
    const asked = missing.slice(from, from + recordsAtOnce);
    const text = answerOf(remote, await shell.run(recordsScript, [remote.path, ...asked], { limits: longAnswer }), ({ exitCode, tail }) =>
      remoteFault({ remote, ssh: shell.ssh }, exitCode, tail, 'pull'),
    );
    for (const [file, record] of parseRecords(text, asked)) host.files.writeText(path.join(folder, file), record);
  }
  for (const file of gone) host.files.remove(path.join(folder, file));
}

/** Fetches run records on the way of something else, which does not fail for it. */
export async function fetchRecordsToo(context: Context, remote: Remote, shell: Shell): Promise<void> {
  const fetch = async () => fetchRecords(context, remote, shell, await compareRecords(context, remote, shell));
  await fetch().catch((error: unknown) => {
    if (error instanceof Interrupted) throw error;
  });
}
