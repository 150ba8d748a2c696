import * as path from 'node:path';
import { some } from '../../../common/format';
import { keptName } from '../../../engine/aside';
import type { Context } from '../../../engine/context';
import { shown } from '../../../engine/paths';
import { additionsToVenv, filesOfPackages } from './additions';

/**
 * Takes what a person added out of an environment that is about to be removed, and keeps it beside the place.
 * @param from the environment that goes: the one in the place, or the one that waited for its successor
 * @param place where the environment is
 */
export function keepAdditions(context: Context, from: string, place: string): void {
  const { files } = context.host;
  const added = additionsToVenv(context, from);
  const named = new Set(added.length > 0 && from !== place ? filesOfPackages(context, place) : []);
  const size = (folder: string, name: string) => files.lstat(path.join(folder, name))?.size;
  // Its package had lost its RECORD, and has brought it again.
  const kept = added.filter((name) => !named.has(name) || size(from, name) !== size(place, name));
  const aside = keptName(context, place);
  for (const name of kept) {
    files.makeFolder(path.dirname(path.join(aside, name)));
    files.move(path.join(from, name), path.join(aside, name));
  }
}

/** What is kept beside a place of what a person had added to an environment there. */
export function keptAdditions({ host }: Pick<Context, 'host'>, place: string): string[] {
  const base = `${path.basename(place)}.kept`;
  return host.files
    .list(path.dirname(place))
    .filter((name) => name.startsWith(base) && /^(?:-\d+)?$/.test(name.slice(base.length)))
    .map((name) => path.join(path.dirname(place), name));
}

/** What becomes of what a person added, as the end of an action's title. @param from the environment that goes */
export function additionsTitle(context: Context, from: string, place: string): string {
  const added = additionsToVenv(context, from);
  if (added.length === 0) return '';
  return `, and keep ${some(added)}, which a person added, in \`${shown(context.root, keptName(context, place))}\``;
}
