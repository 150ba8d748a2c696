import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { travelling } from '../compare/folders';
import type { filesThere } from '../posix/files';
import type { Remote } from '../remotes/remote';
import { rememberFolder } from '../session/folder-record';
import { pushedTo, recall, stampIn } from './arrived';

/** Where a name of the project travels. */
interface Place {
  /** The entry of the settings, a folder or this one file. */
  folder: string;
  /** The folder that its record is kept by. */
  base: string;
  /** The name from there. */
  inner: RelativeName;
}

function placeOf(context: Context, name: RelativeName): Place | undefined {
  for (const folder of travelling(context)) {
    const above = byteName(folder);
    if (name === above) return { folder, base: path.posix.dirname(folder), inner: path.posix.basename(name) as RelativeName };
    if (name.startsWith(`${above}/`)) return { folder, base: folder, inner: name.slice(above.length + 1) as RelativeName };
  }
  return undefined;
}

/**
 * Which of these files on a machine look as `sync:push` from here left them: they are nobody's work. One command there for each
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
  const places = names.map((name) => ({ name, place: placeOf(context, name) }));
  for (const folder of new Set(places.flatMap(({ place }) => place?.folder ?? []))) {
    const own = places.flatMap(({ name, place }) => (place?.folder === folder ? { name, ...place } : []));
    const record = recall(context, pushedTo(remote), own[0]?.base ?? folder);
    if (record.size === 0) continue;
    const states = new Map(Object.entries(await files.states({ name: folder, required: false, own: [] })));
    for (const { name, inner } of own) {
      const before = record.get(shownName(inner));
      if (before !== undefined && stampIn(before) === stampIn(states.get(shownName(inner)))) found.add(name);
    }
  }
  return found;
}

/** Forgets what `sync:push` knows of files that came to a machine by another way: they look otherwise now, and nobody changed them. */
export function forgetPushed(context: Context, remote: Remote, names: readonly RelativeName[]): void {
  const places = names.flatMap((name) => placeOf(context, name) ?? []);
  for (const base of new Set(places.map((place) => place.base))) {
    const record = recall(context, pushedTo(remote), base);
    const before = record.size;
    for (const { inner } of places.filter((place) => place.base === base)) record.delete(shownName(inner));
    if (record.size < before) rememberFolder(context, pushedTo(remote), base, record);
  }
}
