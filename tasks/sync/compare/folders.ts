import * as path from 'node:path';
import { usageError } from '../../common/errors';
import { patternMatches } from '../../common/pattern';
import { byteName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';

export type Direction = 'push' | 'pull';

/** Something that travels: a folder of the project with all that is in it, or one file. */
export interface Folder {
  /** Relative to the project on either side, `/` between. */
  name: string;
  /** A missing one is an error. */
  required: boolean;
  /** Patterns that never leave this folder, anchored at it. */
  own: readonly string[];
}

/**
 * Never sent, never fetched, never deleted: placeholders of git, what the desktops of macOS and Windows leave in each folder, and
 * what rsync has not finished. Patterns, which the scripts of the other side have too (posix/scripts/file-scripts.ts).
 */
export const ownExcludes: readonly string[] = ['.gitkeep', '.DS_Store', '._*', 'Thumbs.db', 'desktop.ini', '.rsync-partial'];

const ownPart = /^(?:\.gitkeep|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.rsync-partial)$/s;

/** Whether a file, or a folder above it, has a name of {@link ownExcludes}. */
export const isOwnExclude = (name: string): boolean => name.split('/').some((part) => ownPart.test(part));

/** Whether a file, or a folder above it, is left out of this folder by our own patterns, whatever a person asks for. */
export const isOwn = ({ own }: Folder, name: string): boolean => isOwnExclude(name) || own.some((pattern) => patternMatches(pattern, name));

/** A machine's own settings stay on it. */
const machineSettings = ['/*.local.yaml', '/*.remote.yaml', '/*.local.yml', '/*.remote.yml', '/*.local.json', '/*.remote.json'];

/**
 * What travels: `--only`, else the settings.
 * @throws UserError E_USAGE, exit code 2, where a path leads out of the project
 */
export function foldersOf(context: Context, direction: Direction): Folder[] {
  const only = context
    .optionValues('only')
    .flatMap((value) => value.split(','))
    .filter(Boolean);
  const listed = only.length > 0 ? only : context.settings.setup.sync[direction];
  const where = only.length > 0 ? '--only' : `sync.${direction}`;
  return listed.map((entry) => folderOf(entry, where));
}

/** What travels by the settings, in either direction, by name. */
export const travelling = ({ settings }: Context): string[] => {
  const { push, pull } = settings.setup.sync;
  return [...push, ...pull].map((entry) => folderOf(entry, 'sync').name);
};

/** The last part of a folder's name, bytes: what it is called where it is one file. */
export const baseName = ({ name }: Folder): RelativeName => byteName(path.posix.basename(name)) as RelativeName;

/**
 * An entry of the settings, of `--only` or of a plan.
 * @param where it stands, for the message
 * @throws UserError E_USAGE, exit code 2, where it leads out of the project
 */
export function folderOf(entry: string, where: string): Folder {
  const name = path.posix.normalize(entry.replace(/\?$/, '')).replace(/\/+$/, '');
  const fault = (what: string) =>
    usageError(`\`${where}\` has \`${entry}\`: ${what}`, 'name a folder or a file inside of the project, as in `data/processed`');
  if (entry.split('/').includes('..')) throw fault('`..` could lead anywhere');
  if (name.startsWith('/') || name.startsWith('~') || /^[A-Za-z]:/.test(name)) throw fault('it is not inside of the project');
  if (name === '' || name === '.') throw fault('the whole project does not travel');
  if (/\p{C}/u.test(name) || name.startsWith('-')) throw fault('no such name is sent');
  if (/^(\.just-lora|\.git|node_modules)(\/|$)/.test(name)) throw fault('that never leaves this machine');
  return { name, required: !entry.endsWith('?'), own: name === 'configs' ? machineSettings : [] };
}
