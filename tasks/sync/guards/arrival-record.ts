import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import { fieldsOf } from '../../untrusted/json';

/*
 * What the receiving side's files looked like when they arrived: one record for all that travels, `.just-lora/sync/WHAT.json`, by
 * names in the project, so that the same file is known whichever folder a command names. Earlier versions kept one for each folder,
 * `WHAT-FOLDER.json`, by names in it: what they say counts until the record is written next.
 */

const recordsIn = (root: string): string => statePath(root, 'sync');

/** The name of a file in the project, as records have it. */
export const recordName = (folder: string, name: string): string => shownName(folder === '.' ? name : `${byteName(folder)}/${name}`);

/** The records of single folders, those that were written last at the end. */
function recordsOfFolders({ host, root }: Context, what: string): { file: string; folder: string }[] {
  const found = host.files.list(recordsIn(root)).flatMap((name) => {
    const folder =
      name.startsWith(`${what}-`) && name.endsWith('.json') ? folderIn(name.slice(what.length + 1, -'.json'.length)) : undefined;
    const file = path.join(recordsIn(root), name);
    return folder === undefined ? [] : [{ file, folder, written: host.files.stat(file)?.mtimeMs ?? 0 }];
  });
  return found.sort((one, other) => one.written - other.written);
}

function folderIn(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

const textsIn = ({ host }: Context, file: string): [string, string][] =>
  Object.entries(fieldsOf(host.files.readJson(file)) ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');

/** What files looked like when they arrived, by {@link recordName}: size, time, and here which place they came from. */
export function recallArrived(context: Context, what: string): Map<string, string> {
  const record = new Map<string, string>();
  for (const { file, folder } of recordsOfFolders(context, what))
    for (const [name, stamp] of textsIn(context, file)) record.set(folder === '.' ? name : `${shownName(byteName(folder))}/${name}`, stamp);
  for (const [name, stamp] of textsIn(context, path.join(recordsIn(context.root), `${what}.json`))) record.set(name, stamp);
  return record;
}

/** Writes the one record, and takes those of single folders away, which it has in it. */
export function keepArrived(context: Context, what: string, record: ReadonlyMap<string, string>): void {
  const { host, root } = context;
  makeStateFolder(host, root);
  host.files.writeText(path.join(recordsIn(root), `${what}.json`), JSON.stringify(Object.fromEntries(record)));
  for (const { file } of recordsOfFolders(context, what)) host.files.remove(file);
}
