import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { some } from '../core/text';
import { travels } from '../parse/pattern';
import { byteName, shownName } from '../parse/shown-name';
import type { Change, Comparison } from './change';
import { type Folder, ownExcludes } from './folders';
import type { Filters } from './rsync-args';

/** The files of one side for what is not rsync: size in bytes, time in milliseconds. By name, a byte string. */
export type Listing = Map<string, { size: number; modifiedMs: number }>;

export interface Listed {
  files: Listing;
  excluded: number;
  skipped: string[];
}

/** The files here that travel. */
export function listHere({ host, root }: Context, folder: Folder, filters: Pick<Filters, 'include' | 'exclude'>): Listed {
  const at = path.join(root, folder.name);
  const listed: Listed = { files: new Map(), excluded: 0, skipped: [] };
  const single = host.files.stat(at)?.isFile();
  const [base, names] = single ? [path.dirname(at), [byteName(path.basename(at))]] : [at, host.tree.names(at, ['.rsync-partial'])];
  for (const name of names) {
    if (!chosen(folder, filters, name)) {
      if (ownExcludes.includes(path.posix.basename(name) as '.gitkeep')) listed.excluded++;
      continue;
    }
    const entry = host.tree.look(base, name);
    if (entry?.isFile) listed.files.set(name, { size: entry.size, modifiedMs: Number(entry.modified / 1_000_000n) });
    else if (entry) listed.skipped.push(shownName(name));
  }
  return listed;
}

/** Does a file of this folder travel, by our own patterns and by those that were given? */
export const chosen = (folder: Folder, filters: Pick<Filters, 'include' | 'exclude'>, name: string): boolean =>
  travels(name, { own: [...ownExcludes, ...folder.own], ...filters });

/**
 * What differs between two listings; times count by the second, which is what scp and many stores keep.
 * @param alike same size, another time: which of them have the same contents
 */
export async function compareListings(
  base: string,
  source: Listing,
  target: Listing,
  deletions: boolean,
  alike: (names: string[]) => Promise<ReadonlySet<string>>,
): Promise<Pick<Comparison, 'changes'>> {
  const change = (name: string, action: Change['action'], bytes: number): Change => ({ action, kind: 'file', folder: base, name, bytes });
  const changes: Change[] = [];
  const unsure: string[] = [];
  for (const [name, { size, modifiedMs }] of source) {
    const other = target.get(name);
    if (!other) changes.push(change(name, 'added', size));
    else if (other.size !== size) changes.push(change(name, 'changed', size));
    else if (Math.abs(Math.floor(other.modifiedMs / 1000) - Math.floor(modifiedMs / 1000)) > 1) unsure.push(name);
  }
  const same = unsure.length > 0 ? await alike(unsure) : new Set<string>();
  for (const name of unsure) if (!same.has(name)) changes.push(change(name, 'changed', source.get(name)?.size ?? 0));
  if (deletions) for (const name of target.keys()) if (!source.has(name)) changes.push(change(name, 'deleted', 0));
  return { changes: changes.sort((one, other) => (one.name < other.name ? -1 : 1)) };
}

/**
 * scp and rclone hand names to shells, globs and web requests: only plain ones are given to them.
 * @throws UserError E_NAME with every name, before anything is sent
 */
export function refuseNames(how: string, folder: string, names: Iterable<string>): void {
  const bad = [...names].filter((name) => !isPlain(name));
  if (bad.length === 0) return;
  throw new UserError({
    code: 'E_NAME',
    found: `${how} cannot be trusted with ${bad.length === 1 ? 'the name' : `${bad.length} names`} ${some(bad.map((name) => `\`${shownName(`${folder}/${name}`)}\``))}`,
    needed: 'letters, digits, blanks and `_ . , @ % + = : # ~ -`, in UTF-8, with no dash in front',
    fix: 'rename what is named, leave it out with `--exclude`, or use rsync, which carries every name',
  });
}

function isPlain(name: string): boolean {
  const text = Buffer.from(name, 'latin1').toString('utf8');
  return (
    byteName(text) === name && text.split('/').every((part) => /^(?!-)[\p{L}\p{M}\p{N} _.,@%+=:#~-]+$/u.test(part) && part.trim() === part)
  );
}
