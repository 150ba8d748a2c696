import type { Context } from '../core/context';
import { makeState, statePath } from '../core/state';

/** What is remembered of the files of one folder, by their shown names: `.just-lora/sync/WHAT-FOLDER.json`. */
type FolderRecord<T> = Record<string, T>;

const fileOf = (root: string, what: string, folder: string): string =>
  statePath(root, 'sync', `${what}-${encodeURIComponent(folder)}.json`);

/** Empty where there is none, or none that can be read: it only spares work, or warns. */
export function recallFolder<T>({ host, root }: Context, what: string, folder: string): FolderRecord<T> {
  try {
    return JSON.parse(host.files.readText(fileOf(root, what, folder)) ?? '{}') as FolderRecord<T>;
  } catch {
    return {};
  }
}

export function rememberFolder<T>({ host, root }: Context, what: string, folder: string, record: FolderRecord<T>): void {
  makeState(host, root);
  host.files.writeText(fileOf(root, what, folder), JSON.stringify(record));
}
