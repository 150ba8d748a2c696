import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import type { Fault } from '../report/document';
import { type DataFile, dataFiles, isRowsName } from './data-files';
import { folderKinds } from './kinds';

/** What people keep examples in that no training here reads; texts beside them that are notes have such names too. */
const otherFormat =
  /\.(?:csv|tsv|txt|xlsx?|ods|arrow|feather|orc|avro|pq|parq|pkl|pickle|jsonlines|sqlite3?|db|(?:csv|tsv|txt|jsonl|jsonlines|ndjson|json|parquet|tar)\.(?:gz|gzip|zst|xz|bz2|zip|lz4)|tar|tgz|zip|7z|rar|gzip)$/i;
const notes = /^(?:readme|licen[cs]e|notes?|sources?|credits|attribution|citation)\b/i;

/** What lies beside the files of rows and is not trained on, and whether there is anything to train on, as faults of a report. */
export function leftOut(context: Pick<Context, 'root' | 'host' | 'settings'>, rows: readonly DataFile[]): Fault[] {
  const { files } = context.host;
  const folder = projectPaths(context).data_processed;
  const known = new Set(rows.map((file) => file.path));
  const faults: Fault[] = [];
  const tell = (file: string, kind: keyof typeof folderKinds, detail?: string) =>
    faults.push({ file, kind, level: folderKinds[kind].level, count: 1, line: 0, ...(detail ? { detail } : {}) });
  for (const name of files.filesUnder(folder)) {
    const file = path.join(folder, name);
    if (known.has(file) || name.split('/').some((part) => part.startsWith('.'))) continue;
    const entry = files.stat(file);
    const target = entry ? undefined : files.linkTarget(file);
    if (target !== undefined) tell(shown(context.root, file), 'broken-link', `to \`${shown(context.root, target)}\``);
    else if (entry && isRowsName(name) && !entry.isFile() && !entry.isDirectory())
      tell(shown(context.root, file), 'other-format', 'a pipe, a socket or a device');
    else if (otherFormat.test(name) && !notes.test(path.basename(name))) tell(shown(context.root, file), 'other-format');
  }
  const [first] = rows;
  if (first && rows.every(({ split }) => split !== 'train')) tell(first.name, 'nothing-to-train');
  return faults;
}

/** Whether there are files of rows, or links that would lead to some. */
export const isThereData = (context: Pick<Context, 'root' | 'host' | 'settings'>): boolean =>
  dataFiles(context).length > 0 || leftOut(context, []).some(({ kind }) => kind === 'broken-link');
