import { UserError } from '../../common/errors';
import { plural, shellWord } from '../../common/format';
import { shownName, textName } from '../../common/shown-name';
import type { RelativeName } from '../../untrusted/names';
import { type FileChange, shownChange } from './change';

/**
 * Does a link lead out of the folder that travels? Told by its text alone, as rsync's `--safe-links` does: absolute, or
 * more `..` than there are folders above it. A `..` behind a name counts too, since that name may be a link itself.
 * @param target where it leads, bytes
 */
export function leadsOut(name: RelativeName, target: string): boolean {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const named = parts.findIndex((part) => part !== '..');
  const up = named < 0 ? parts.length : named;
  return target === '' || target.startsWith('/') || up >= name.split('/').length || parts.slice(up).includes('..');
}

/** Links that would lead a later pull out of the folder. @throws UserError E_UNSAFE_PATH where there are some */
export function refuseLinksOut(links: readonly (readonly [FileChange, target: string])[]): void {
  const [first, ...more] = links.filter(([{ name }, target]) => leadsOut(name, target));
  if (!first) return;
  const [change, target] = first;
  throw new UserError({
    code: 'E_UNSAFE_PATH',
    found: `\`${shownChange(change)}\` is a link to \`${shownName(target.slice(0, 300))}\` there${more.length > 0 ? `, and ${plural(more.length, 'other link')} like it` : ''}: it leads out of \`${change.folder}\``,
    needed: 'links that stay in the folder that is pulled, as relative paths',
    fix: `\`--exclude=${shellWord(`/${textName(change.name)}`)}\` leaves it out\nor make it a relative link there`,
  });
}
