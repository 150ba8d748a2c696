import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';

/**
 * What this user remembers of a model's folder. It lies in the folder, for other projects of the same user; where the
 * folder keeps nothing that is for this user alone to write (it is read-only, another user's, or a disk without owners), in
 * the project's state. What another user wrote is never read here.
 */

/** Who remembers: this machine, and the project. */
export type RecordKeeper = Pick<Context, 'host' | 'root'>;

const placesOf = ({ root }: RecordKeeper, folder: string, name: string) =>
  [
    { folder, name },
    { folder: statePath(root), name: `folders/${sha256(folder).slice(0, 16)}/${name}` },
  ] as const;

/** The texts that are kept under a name, of this user or root; the reader judges which of them still holds. */
export function readOwnTexts(here: RecordKeeper, folder: string, name: string, most: number): string[] {
  const { shared } = here.host;
  return placesOf(here, folder, name)
    .map((place) => shared.read(place.folder, place.name, most))
    .flatMap((found) => (found && shared.writerOf(found.stat) !== 'other' ? [found.text] : []));
}

/**
 * Keeps a text; what another user keeps under the name stays his. Not flushed: what is lost with the power only spared work.
 * @throws UserError E_UNSAFE_PATH
 */
export function writeOwnText(here: RecordKeeper, folder: string, name: string, text: string): void {
  const { shared } = here.host;
  const [, inProject] = placesOf(here, folder, name);
  const isTheirs = () => {
    const entry = shared.lstat(folder, name);
    return entry !== undefined && shared.writerOf(entry) === 'other';
  };
  // Where files have no owner, or all of them one that is not us, what we have written is theirs too.
  if (!isTheirs() && shared.permitted(() => shared.write(folder, name, text)) && !isTheirs()) return;
  makeStateFolder(here.host, here.root);
  shared.write(inProject.folder, inProject.name, text);
}

export function removeOwnText(here: RecordKeeper, folder: string, name: string): void {
  const { shared } = here.host;
  for (const place of placesOf(here, folder, name)) shared.permitted(() => shared.remove(place.folder, place.name));
}
