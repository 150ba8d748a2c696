import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import { isSha256 } from '../../untrusted/hashes';
import type { RelativeName } from '../../untrusted/names';
import { recallFolder, rememberFolder } from '../session/folder-record';
import { sha256Here, stateOf } from './files-here';
import type { Folder } from './folders';
import { type OutsideLinks, placeOf } from './outside-links';

const fileFor = (parts: readonly string[]): string => `manifests/${parts.join('-')}.sha256`;

/** What stands for itself in a name of a manifest: neither what parts folders there nor what a pattern reads as more than itself. */
const escaped = (part: string): string => part.replace(/[-%*?[\]{}\\]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** Where a folder's manifest lies under `.just-lora` of the side that received it: `data/processed` has `data-processed`, and no other folder has. */
export const manifestOf = ({ name }: Pick<Folder, 'name'>): string => fileFor(name.split('/').map(escaped));

/**
 * Manifests that say something about a folder: its own, those of what is above it, and those of what is in it,
 * as patterns of file names. Also under the names of just-lora 0.1, where two folders could have the same one.
 */
export function manifestsAbout({ name }: Folder): string[] {
  const parts = name.split('/');
  const about = (own: readonly string[]) => [...own.map((_, index) => fileFor(own.slice(0, index + 1))), fileFor([...own, '*'])];
  return [...new Set([...about(parts.map(escaped)), ...about(parts)])].map((file) => file.replace('manifests/', ''));
}

/** A hash that was taken before, with what tells that its file has changed. */
type Known = [state: string, hash: string];
const isKnown = (value: unknown): value is Known => Array.isArray(value) && typeof value[0] === 'string' && isSha256(value[1]);

/**
 * SHA-256 of every file that travels, as `sha256sum -c` reads it in the project's folder: the other side needs
 * nothing of ours to check what it has. A byte string, names included.
 * @param names of the files, relative to the folder here
 * @param links whose content travels
 * @param keep whether the hashes are kept for the next time: not by a look
 */
export async function manifestText(
  context: Context,
  folder: Folder,
  base: string,
  names: readonly RelativeName[],
  links: OutsideLinks,
  keep: boolean,
): Promise<string> {
  const { host, root } = context;
  const at = path.join(root, base);
  const known = recallFolder(context, 'hashes', folder.name, isKnown);
  const next = new Map<string, Known>();
  const lines: string[] = [];
  for (const name of [...names].sort()) {
    const place = placeOf(links, at, name);
    const entry = host.tree.look(place.folder, place.name);
    if (!entry?.isFile) continue;
    const state = stateOf(entry);
    const before = known.get(shownName(name));
    const hash = before?.[0] === state ? before[1] : await sha256Here(context, place.folder, place.name);
    next.set(shownName(name), [state, hash]);
    lines.push(line(hash, `${byteName(base)}/${name}`));
  }
  if (keep && JSON.stringify([...next]) !== JSON.stringify([...known])) rememberFolder(context, 'hashes', folder.name, next);
  return lines.join('');
}

/** GNU coreutils: a name with a backslash or a line break is escaped, and the line begins with a backslash. */
function line(hash: string, name: string): string {
  const escaped = name.replace(/[\\\n\r]/g, (character) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r' })[character] ?? character);
  return `${escaped === name ? '' : '\\'}${hash}  ${escaped}\n`;
}
