import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { plural } from '../../common/format';
import { byteName, textName } from '../../common/shown-name';
import { foldedName, type RelativeName } from '../../untrusted/names';
import { type FileChange, shownChange } from '../compare/change';
import { chosen } from '../compare/filters';
import type { Folder } from '../compare/folders';
import type { Session } from '../session/session';

/** Two names that a filesystem may take for one. */
export type NamePair = readonly [RelativeName, RelativeName];

/** More pairs are not asked for: the first that falls together is told. */
const mostPairs = 200;

/**
 * Names and folders that differ in case or Unicode form alone, as exFAT, NTFS and APFS may take them for one. Which really do only
 * that filesystem knows. Names that are no UTF-8, and those with a line break, are left out.
 */
export function similarNames(names: Iterable<RelativeName>): NamePair[] {
  const first = new Map<string, RelativeName>();
  const pairs: NamePair[] = [];
  /** @returns whether it was there before, and what is above it too */
  const isKnown = (name: RelativeName): boolean => {
    const folded = foldedName(textName(name));
    const other = first.get(folded);
    if (other === undefined) first.set(folded, name);
    else if (other !== name) pairs.push([other, name]);
    return other === name;
  };
  for (const name of names) {
    if (name.includes('\n') || byteName(textName(name)) !== name || pairs.length >= mostPairs) continue;
    for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) if (isKnown(name.slice(0, end) as RelativeName)) break;
  }
  return pairs;
}

/**
 * No two names that travel are one file on the receiving side.
 * @param how `look` asks by what is there already and writes nothing; `try` makes names of these kinds there, and takes them away
 * @throws UserError E_NAMES_COLLIDE
 */
export async function guardNames(session: Session, folder: Folder, changes: readonly FileChange[], how: 'look' | 'try'): Promise<void> {
  const transport = await session.transport();
  const coming = changes.filter(({ action }) => action !== 'deleted').map(({ name }) => name);
  if (coming.length === 0) return;
  const { host, root } = session.context;
  const all = session.direction === 'push' ? host.tree.names(path.join(root, folder.name)) : [];
  const names = [...all].filter((name) => chosen(folder, session.filters, name));
  const pairs = similarNames([...names, ...coming]);
  if (pairs.length === 0) return;
  const fallen = await transport.fallTogether(folder, pairs, how);
  const [one, other] = fallen[0] ?? [];
  if (one === undefined || other === undefined) return;
  const base = changes[0]?.folder ?? folder.name;
  const where = session.direction === 'push' ? `on \`${session.remote.name}\`` : 'here';
  throw new UserError({
    code: 'E_NAMES_COLLIDE',
    found: `\`${shownChange({ folder: base, name: one })}\` and \`${shownChange({ folder: base, name: other })}\` are one name ${where}${fallen.length > 1 ? `, and ${plural(fallen.length - 1, 'other pair')} like them` : ''}: that filesystem does not tell cases or Unicode forms apart`,
    needed: 'a name of its own for each file',
    fix: 'rename one of the two\nto leave one out: `--exclude`',
  });
}
