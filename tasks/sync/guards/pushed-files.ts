import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { travelling } from '../compare/folders';
import type { filesThere } from '../posix/files';
import type { Remote } from '../remotes/remote';
import { isAlike, stampIn } from './stamps';
import { recallSynced, syncedIn } from './synced-record';

/** Where a name of the project travels. */
interface Place {
  /** The entry of the settings, a folder or this one file. */
  folder: string;
  /** The name from there. */
  inner: RelativeName;
}

function placeOf(context: Context, name: RelativeName): Place | undefined {
  for (const folder of travelling(context)) {
    const above = byteName(folder);
    if (name === above) return { folder, inner: path.posix.basename(name) as RelativeName };
    if (name.startsWith(`${above}/`)) return { folder, inner: name.slice(above.length + 1) as RelativeName };
  }
  return undefined;
}

/**
 * Which of these files on a machine look as they did when they were last synced from here: they are nobody's work. One command there for each
 * folder that something is known of.
 * @param names from the project, bytes
 */
export async function asPushed(
  context: Context,
  remote: Remote,
  files: ReturnType<typeof filesThere>,
  names: readonly RelativeName[],
): Promise<ReadonlySet<RelativeName>> {
  const found = new Set<RelativeName>();
  const record = recallSynced(context, remote);
  const places = names.map((name) => ({ name, place: placeOf(context, name) }));
  for (const folder of new Set(places.flatMap(({ place }) => place?.folder ?? []))) {
    const own = places.flatMap(({ name, place }) => (place?.folder === folder ? { name, ...place } : []));
    if (!own.some(({ name }) => record.has(shownName(name)))) continue;
    const states = new Map(Object.entries(await files.states({ name: folder, required: false, own: [] })));
    for (const { name, inner } of own) {
      const [before, now] = [record.get(shownName(name)), stampIn(states.get(shownName(inner)))];
      if (before !== undefined && now !== undefined && isAlike(syncedIn(before).there, now)) found.add(name);
    }
  }
  return found;
}
