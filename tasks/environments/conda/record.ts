import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import { fieldsOf } from '../../untrusted/json';

/** Which environment of conda's is this project's, so that a look need not start conda to find it. */
export interface CondaRecord {
  name: string;
  prefix: string;
  program: string;
  /** What is going on there: nothing, conda at work, pip at work. Written before each begins. */
  phase: 'none' | 'conda' | 'pip';
  /** The folder that conda made in this run, by inode and birth: only that one may be removed. */
  folder?: FolderIdentity;
  /** Where the environment before waits until the new one stands. */
  aside?: string;
  /** An environment that stays beside this one, since it holds something of a person's: where, and what. */
  kept?: string;
}

/** What no other folder of that name has. */
export interface FolderIdentity {
  inode: number;
  birthMs: number;
}

const file = ({ root }: Context): string => statePath(root, 'conda.json');

/** What an earlier run noted, `undefined` where nothing readable is there. */
export function readCondaRecord(context: Context): CondaRecord | undefined {
  const record = fieldsOf(context.host.files.readJson(file(context))) as CondaRecord | undefined;
  return typeof record?.prefix === 'string' && typeof record.phase === 'string' ? record : undefined;
}

/** Notes it: before the work that it tells of begins. */
export function writeCondaRecord(context: Context, record: CondaRecord): void {
  makeStateFolder(context.host, context.root);
  context.host.files.writeText(file(context), `${JSON.stringify(record, null, 2)}\n`);
}

/** The folder as the file system tells it from any other of that name. */
export function identityOf({ host }: Context, folder: string): FolderIdentity | undefined {
  const entry = host.files.lstat(folder);
  return entry?.isDirectory() ? { inode: entry.ino, birthMs: Math.round(entry.birthtimeMs) } : undefined;
}

/** Is it still the very folder that was noted, not another one of that name? */
export const isSameFolder = (context: Context, folder: string, identity: FolderIdentity | undefined): boolean => {
  const now = identityOf(context, folder);
  return now !== undefined && identity !== undefined && now.inode === identity.inode && now.birthMs === identity.birthMs;
};
