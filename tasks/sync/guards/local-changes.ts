import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import { shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { type FileChange, shownChange } from '../compare/change';
import { recallFolder, rememberFolder } from '../session/folder-record';

/** Size and time of each file as it was pulled. */
const recall = (context: Context, folder: string) =>
  recallFolder(context, 'pulled', folder, (value): value is string => typeof value === 'string');

const stampOf = (context: Context, folder: string, name: RelativeName): string | undefined => {
  const entry = context.host.tree.look(path.join(context.root, folder), name);
  return entry && `${entry.size} ${entry.modified}`;
};

/** Keeps what the files that have arrived look like: one that looks otherwise later was changed here. */
export function rememberPulled(context: Context, changes: readonly FileChange[]): void {
  for (const folder of new Set(changes.map((change) => change.folder))) {
    const record = recall(context, folder);
    for (const { name, kind, action } of changes.filter((change) => change.folder === folder)) {
      const stamp = kind === 'folder' || action === 'deleted' ? undefined : stampOf(context, folder, name);
      if (stamp) record.set(shownName(name), stamp);
      else record.delete(shownName(name));
    }
    rememberFolder(context, 'pulled', folder, record);
  }
}

/** Marks what a pull would replace although it is newer here, or was changed here since it was pulled. */
export function markLocalChanges(context: Context, changes: readonly FileChange[], newer: ReadonlySet<string>): void {
  const records = new Map<string, ReturnType<typeof recall>>();
  for (const change of changes) {
    if (change.action === 'added' || change.kind === 'folder') continue;
    if (!records.has(change.folder)) records.set(change.folder, recall(context, change.folder));
    const before = records.get(change.folder)?.get(shownName(change.name));
    if (newer.has(change.name)) change.newer = 'newer here';
    else if (before !== undefined && before !== stampOf(context, change.folder, change.name))
      change.newer = 'changed here since it was pulled';
  }
}

/** Work of this machine is replaced only where its person has seen it: `--plan=FILE` or `--force`. */
export function assertNoLocalChanges(changes: readonly FileChange[]): UserError | undefined {
  const marked = changes.filter((change) => change.newer !== undefined);
  if (marked.length === 0) return undefined;
  return new UserError({
    code: 'E_LOCAL_CHANGES',
    found: `${marked.length} of the files here would be lost: ${some(marked.map((change) => `${shownChange(change)} (${change.newer})`))}`,
    needed: 'your word that the ones there replace them',
    fix: '`npx just sync:pull --plan`, and then the same with `--plan=FILE` as it ends with\nunseen: `npx just sync:pull --force`\nto keep yours: move them away first',
  });
}
