import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import { fieldsOf } from '../../untrusted/json';

/*
 * What is remembered of files: one record for all that travels, `.just-lora/sync/WHAT.json`, by names in the project, so that the same
 * file is known whichever folder a command names. Earlier versions kept one for each folder, `WHAT-FOLDER.json`, by names in it: what
 * they say counts until the record is written next.
 */

const recordsIn = (root: string): string => statePath(root, 'sync');
const fileOf = (root: string, what: string): string => path.join(recordsIn(root), `${what}.json`);

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

/** Is there such a record, in the form of today? */
export const hasRecord = ({ host, root }: Context, what: string): boolean => host.files.stat(fileOf(root, what)) !== undefined;

/** All records whose name begins so. */
export const recordsLike = ({ host, root }: Context, beginning: string): string[] =>
  host.files.list(recordsIn(root)).flatMap((name) => (name.startsWith(beginning) && name.endsWith('.json') ? [name.slice(0, -5)] : []));

/** What is remembered of each file, by {@link recordName}. */
export function recallFiles(context: Context, what: string): Map<string, string> {
  const record = new Map<string, string>();
  for (const { file, folder } of recordsOfFolders(context, what))
    for (const [name, text] of textsIn(context, file)) record.set(folder === '.' ? name : `${shownName(byteName(folder))}/${name}`, text);
  for (const [name, text] of textsIn(context, fileOf(context.root, what))) record.set(name, text);
  return record;
}

/** Writes the one record, and takes those of single folders away, which it has in it. */
export function keepFiles(context: Context, what: string, record: ReadonlyMap<string, string>): void {
  const { host, root } = context;
  makeStateFolder(host, root);
  host.files.writeText(fileOf(root, what), JSON.stringify(Object.fromEntries(record)));
  for (const { file } of recordsOfFolders(context, what)) host.files.remove(file);
}

/** Takes a record away, and those of single folders. */
export function dropFiles(context: Context, what: string): void {
  const { host, root } = context;
  for (const { file } of [...recordsOfFolders(context, what), { file: fileOf(root, what) }]) host.files.remove(file);
}
