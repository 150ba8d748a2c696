import * as path from 'node:path';
import { projectPaths, shown } from '../../engine/paths';
import type { Listed } from '../../platform/files/walk';
import type { Fault } from '../report/document';
import { belowData, type DataContext, type DataFile, isRowsName, rowsOf, sortedBelow } from './data-files';
import { folderKinds } from './kinds';

/** What people keep examples in that no training here reads; texts beside them that are notes have such names too. */
const otherFormat =
  /\.(?:csv|tsv|txt|xlsx?|ods|arrow|feather|orc|avro|pq|parq|pkl|pickle|jsonlines|sqlite3?|db|(?:csv|tsv|txt|jsonl|jsonlines|ndjson|json|parquet|tar)\.(?:gz|gzip|zst|xz|bz2|zip|lz4)|tar|tgz|zip|7z|rar|gzip)$/i;
const notes = /^(?:readme|licen[cs]e|notes?|sources?|credits|attribution|citation)\b/i;

/** What lies beside the files of rows and is not trained on, and whether there is anything to train on, as faults of a report. */
export function leftOut(context: DataContext, rows: readonly DataFile[]): Fault[] {
  const { files } = context.host;
  const folder = projectPaths(context).data_processed;
  const known = new Set(rows.map((file) => file.path));
  const faults: Fault[] = [];
  const tell = (file: string, kind: keyof typeof folderKinds, detail?: string) =>
    faults.push({ file, kind, level: folderKinds[kind].level, count: 1, line: 0, ...(detail ? { detail } : {}) });
  for (const listed of sortedBelow(context)) {
    const { name, kind } = listed;
    const file = path.join(folder, name);
    if (known.has(file)) continue;
    const entry = kind === 'link' ? files.stat(file) : undefined;
    const target = brokenTarget(context, listed);
    if (target !== undefined) tell(shown(context.root, file), 'broken-link', `to \`${shown(context.root, target)}\``);
    else if (isRowsName(name) && (kind === 'special' || (entry && !entry.isFile() && !entry.isDirectory())))
      tell(shown(context.root, file), 'other-format', 'a pipe, a socket or a device');
    else if (otherFormat.test(name) && !notes.test(path.basename(name))) tell(shown(context.root, file), 'other-format');
  }
  const [first] = rows;
  if (first && rows.every(({ split }) => split !== 'train')) tell(first.name, 'nothing-to-train');
  return faults;
}

/** Where a link leads that leads nowhere. */
function brokenTarget(context: DataContext, { name, kind }: Listed): string | undefined {
  if (kind !== 'link') return undefined;
  const { files } = context.host;
  const file = path.join(projectPaths(context).data_processed, name);
  return files.stat(file) ? undefined : files.linkTarget(file);
}

/** Whether there are files of rows, or links that would lead to some. */
export function isThereData(context: DataContext): boolean {
  for (const listed of belowData(context))
    if (rowsOf(context, listed).length > 0 || brokenTarget(context, listed) !== undefined) return true;
  return false;
}
