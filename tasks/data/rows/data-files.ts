import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import type { Listed } from '../../platform/files/walk';

/** What it takes to find the data. */
export type DataContext = Pick<Context, 'root' | 'host' | 'settings'>;

/** Which part of a training the rows are for, by the words that datasets takes from the names of a file and its folders. */
export type Split = 'train' | 'validation' | 'test';

/** One file of rows. */
export interface DataFile {
  /** Absolute. */
  path: string;
  /** As a person is told of it: relative to the project. */
  name: string;
  bytes: number;
  split: Split;
  compressed: boolean;
  parquet: boolean;
  /** Lies in a folder that a link leads to: nothing is written there. */
  isLinked?: boolean;
}

const ending = /\.(?:jsonl|ndjson|json|parquet)(\.gz)?$/i;
/** datasets 2.15, data_files.py: SPLIT_KEYWORDS, each a word between signs that are no letters or digits (NON_WORDS_CHARS). */
const words: readonly [Split, RegExp][] = [
  ['validation', /(?:^|[-._ 0-9])(?:validation|valid|dev|val)(?=$|[-._ 0-9])/i],
  ['test', /(?:^|[-._ 0-9])(?:test|testing|eval|evaluation)(?=$|[-._ 0-9])/i],
  ['train', /(?:^|[-._ 0-9])(?:train|training)(?=$|[-._ 0-9])/i],
];

/**
 * For which part of a training a file is: by a word in its own name, else in that of the nearest folder that has one; what names none is
 * trained on. Where two words meet datasets loads a file into both splits: here it is in one, so that nothing is asked that was trained.
 * @param name relative to the folder of the data
 */
export function splitOf(name: string): Split {
  for (const part of name.split('/').reverse()) {
    const found = words.find(([, word]) => word.test(part));
    if (found) return found[0];
  }
  return 'train';
}

/**
 * The files of rows below `data_processed`, by name, in the folders that links there lead to as well: `sync:push` sends those files too.
 * What lies in a hidden folder is none.
 */
export const dataFiles = (context: DataContext): DataFile[] => sortedBelow(context).flatMap((listed) => rowsOf(context, listed));

/** What lies below `data_processed` and is not hidden, in no order. Of a hundred thousand files that are no rows none is looked at. */
export function* belowData(context: DataContext): Generator<Listed> {
  for (const listed of context.host.files.listedUnder(projectPaths(context).data_processed)) if (!isHidden(listed.name)) yield listed;
}

/** {@link belowData} by name. */
export const sortedBelow = (context: DataContext): Listed[] => [...belowData(context)].sort(byName);

const byName = (one: Listed, other: Listed): number => (one.name < other.name ? -1 : 1);

/** The file of rows under one of these names, or those in the folder that a link leads to. */
export function rowsOf(context: DataContext, { name, kind }: Listed, isLinked = false): DataFile[] {
  const { files } = context.host;
  if (kind === 'file' && !isRowsName(name)) return [];
  const folder = projectPaths(context).data_processed;
  const file = path.join(folder, name);
  const entry = files.stat(file);
  if (entry?.isFile() && isRowsName(name))
    return [{ ...dataFile(context.root, file, name, entry.size), ...(isLinked ? { isLinked } : {}) }];
  // Links within such a folder are not followed: a push refuses by name those that lead on.
  if (!entry?.isDirectory() || isLinked || !leadsElsewhere(context, folder, file)) return [];
  return [...files.listedUnder(file)]
    .map((inner) => ({ ...inner, name: `${name}/${inner.name}` }))
    .filter((inner) => !isHidden(inner.name))
    .sort(byName)
    .flatMap((inner) => rowsOf(context, inner, true));
}

/** Whether a file of this name is one of rows. */
export const isRowsName = (name: string): boolean => ending.test(name);

const isHidden = (name: string): boolean => name.startsWith('.') || name.includes('/.');

const dataFile = (root: string, file: string, name: string, bytes: number): DataFile => ({
  path: file,
  name: shown(root, file),
  bytes,
  split: splitOf(name),
  compressed: /\.gz$/i.test(name),
  parquet: /\.parquet(?:\.gz)?$/i.test(name),
});

/** Whether a link leads to a folder that is apart from the data: one within has its files under their own names, one around is a circle. */
function leadsElsewhere({ host }: Pick<Context, 'host'>, folder: string, link: string): boolean {
  const [here, there] = [folder, link].map((each) => `${host.files.realPath(each) ?? each}${path.sep}`) as [string, string];
  return !here.startsWith(there) && !there.startsWith(here);
}

/** A file as it is now: another one under its name has another time or inode. */
export function stampOf({ host }: Pick<Context, 'host'>, file: string): string {
  const entry = host.files.exactStat(file);
  return entry ? `${entry.size} bytes of ${entry.mtimeNs}.${entry.ctimeNs}.${entry.ino}` : 'gone';
}
