import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import { fieldsOf } from '../../untrusted/json';

const fileOf = (root: string, what: string, folder: string): string =>
  statePath(root, 'sync', `${what}-${encodeURIComponent(folder)}.json`);

/**
 * What is remembered of the files of one folder, by their shown names: `.just-lora/sync/WHAT-FOLDER.json`.
 * Empty where there is none, or none that can be read: it only spares work, or warns.
 * @param isValue what is anything else is left out
 */
export function recallFolder<T>(
  { host, root }: Context,
  what: string,
  folder: string,
  isValue: (value: unknown) => value is T,
): Map<string, T> {
  return new Map(
    Object.entries(fieldsOf(host.files.readJson(fileOf(root, what, folder))) ?? {}).filter((entry): entry is [string, T] =>
      isValue(entry[1]),
    ),
  );
}

export function rememberFolder<T>({ host, root }: Context, what: string, folder: string, record: ReadonlyMap<string, T>): void {
  makeStateFolder(host, root);
  host.files.writeText(fileOf(root, what, folder), JSON.stringify(Object.fromEntries(record)));
}
