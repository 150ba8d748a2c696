import * as path from 'node:path';
import type { Context } from '../core/context';
import { makeState, statePath } from '../core/state';

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

export interface FolderIdentity {
  inode: number;
  birthMs: number;
}

const file = ({ root }: Context): string => statePath(root, 'conda.json');

export function readRecord(context: Context): CondaRecord | undefined {
  try {
    const record = JSON.parse(context.host.files.readText(file(context)) ?? '') as CondaRecord;
    return typeof record.prefix === 'string' && typeof record.phase === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

export function writeRecord(context: Context, record: CondaRecord): void {
  makeState(context.host, context.root);
  context.host.files.writeText(file(context), `${JSON.stringify(record, null, 2)}\n`);
}

/** The folder as the file system tells it from any other of that name. */
export function identityOf({ host }: Context, folder: string): FolderIdentity | undefined {
  const entry = host.files.lstat(folder);
  return entry?.isDirectory() ? { inode: entry.ino, birthMs: Math.round(entry.birthtimeMs) } : undefined;
}

export const isSameFolder = (context: Context, folder: string, identity: FolderIdentity | undefined): boolean => {
  const now = identityOf(context, folder);
  return now !== undefined && identity !== undefined && now.inode === identity.inode && now.birthMs === identity.birthMs;
};

/**
 * Our own file in a finished environment, written last of all: what it consisted of then. Beside conda-meta,
 * not in it, where conda would read it.
 */
export interface CondaMarker {
  by: 'just-lora';
  name: string;
  /** Packages of conda's as `name=version=build`. */
  conda: readonly string[];
  /** Packages of pip's as `name==version`. */
  pip: readonly string[];
  /** What it was made of, by names that a person knows. */
  inputs: Readonly<Record<string, string>>;
  python: string;
}

const markerName = 'just-lora.json';

export function readMarker({ host }: Context, prefix: string): CondaMarker | undefined {
  try {
    const marker = JSON.parse(host.files.readText(path.join(prefix, markerName)) ?? '') as CondaMarker;
    return marker.by === 'just-lora' && Array.isArray(marker.conda) && Array.isArray(marker.pip) ? marker : undefined;
  } catch {
    return undefined;
  }
}

export const writeMarker = ({ host }: Context, prefix: string, marker: CondaMarker): void =>
  host.files.writeText(path.join(prefix, markerName), `${JSON.stringify(marker, null, 2)}\n`);

export const forgetMarker = ({ host }: Context, prefix: string): void => host.files.remove(path.join(prefix, markerName));
