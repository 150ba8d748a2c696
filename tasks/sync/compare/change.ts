import { bytes, plural } from '../../common/format';
import { byteName, shownName } from '../../common/shown-name';
import type { Table } from '../../engine/step';
import type { RelativeName } from '../../untrusted/names';
import type { Folder } from './folders';

/** One difference between the two sides, as it would be levelled. */
export interface FileChange {
  action: 'added' | 'changed' | 'deleted';
  kind: 'file' | 'folder' | 'link';
  /** The folder that travels, and the name in it as a byte string. */
  folder: string;
  name: RelativeName;
  bytes: number;
  /** What stood at its name here when both sides were compared, as a stamp (guards/stamps.ts); '' where nothing did. */
  here?: string;
  /** The one that would be replaced is newer, or was changed since the last time. */
  newer?: string;
  /** Only their times differ: none of the two is lost, whichever replaces the other. */
  isSame?: true;
}

/** What was found when the two sides were compared. */
export interface Comparison {
  changes: FileChange[];
  /** Files of the source that our own patterns leave out; `undefined` where rsync does not tell. */
  excluded: number | undefined;
  /** Devices, sockets and pipes, which do not travel. */
  skipped: string[];
  /** Links that travel as they are though they lead out of the folder, as a person reads them. */
  keptLinks?: string[];
}

/** What was found in one folder. */
export interface Compared {
  folder: Folder;
  comparison: Comparison;
}

/** Relative to the project, as a person reads it. */
export const shownChange = ({ folder, name }: { folder: string; name: string }): string => shownName(`${byteName(folder)}/${name}`);

export const changedFiles = (changes: readonly FileChange[]): FileChange[] => changes.filter(({ kind }) => kind !== 'folder');
export const bytesToSend = (changes: readonly FileChange[]): number =>
  changes.reduce((sum, { action, bytes: size }) => sum + (action === 'deleted' ? 0 : size), 0);

/** The folders that a name lies in, the uppermost first. */
export const foldersAbove = (name: RelativeName): RelativeName[] =>
  name.split('/').flatMap((_, index, parts) => (index === 0 ? [] : [parts.slice(0, index).join('/') as RelativeName]));

/** `3 added (1.2 GB), 1 changed (12 kB), 2 deleted`. */
export function countsText(changes: readonly FileChange[]): string {
  const parts = (['added', 'changed', 'deleted'] as const).flatMap((action) => {
    const some = changes.filter((change) => change.action === action);
    const files = changedFiles(some);
    if (some.length === 0) return [];
    const size = action === 'deleted' ? '' : ` (${bytes(bytesToSend(files))})`;
    const folders = some.length - files.length;
    return files.length > 0 ? [`${files.length} ${action}${size}`] : [`${plural(folders, 'folder')} ${action}`];
  });
  return parts.join(', ');
}

/** One line a file: what is done with it, its size, its name; nothing where there is no change. */
export function changeTable(changes: readonly FileChange[], most: number): { table?: Table } {
  if (changes.length === 0) return {};
  const rows = changes.map((change) => [
    change.action,
    change.kind === 'folder' ? 'folder' : change.action === 'deleted' ? '' : bytes(change.bytes),
    `${shownChange(change)}${change.kind === 'folder' ? '/' : ''}${change.newer ? ` (${change.newer})` : ''}`,
  ]);
  return { table: firstRows(rows, most) };
}

/** Rows about files under their heading, and how many more there are. */
export const firstRows = (rows: readonly string[][], most: number): Table => [
  ['', 'size', 'file'],
  ...rows.slice(0, most),
  ...(rows.length > most ? [['', '', `and ${rows.length - most} more`]] : []),
];

/** Files of a folder in front of the folder. */
export const deepestFirst = (changes: readonly FileChange[]): FileChange[] =>
  [...changes].sort((one, other) => Number(one.kind === 'folder') - Number(other.kind === 'folder') || other.name.length - one.name.length);
