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
  /** Environments that stay beside this one, since they hold something of a person's. */
  kept?: readonly KeptEnvironment[];
}

/** One that was moved aside and not removed. */
export interface KeptEnvironment {
  place: string;
  /** What it holds that the one in its place does not. */
  holds: string;
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

/** The environments that were kept and are there still: a person who has taken out what they want removes one. */
export const keptEnvironments = ({ host }: Context, record: CondaRecord | undefined): readonly KeptEnvironment[] =>
  (Array.isArray(record?.kept) ? record.kept : []).filter(({ place }) => host.files.lstat(place));

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
