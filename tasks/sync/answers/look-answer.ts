import { textName } from '../../common/shown-name';
import { isByteCount } from '../../untrusted/hashes';
import { listsIn } from './marked-lists';
import { pathThere } from './path-there';
import { parseRsyncVersion, type RsyncVersion } from './rsync-output';
import { WrongAnswer } from './wrong-answer';

/** What stands at a name. A `dangling` link leads nowhere. */
export type Presence = 'folder' | 'file' | 'dangling' | 'missing';

/** What the look saw at a name. */
interface Item {
  presence: Presence;
  writable: boolean;
  /** A folder in which nothing is. */
  empty: boolean;
}

/** What the look at the other side printed, between its marks. Paths are absolute, in UTF-8. */
export interface LookAnswer {
  /** The project's folder there. */
  path: string;
  /** The nearest folder above it that is there, or itself. */
  nearest: string;
  /** `nearest` with its links resolved; '' where it cannot be entered. */
  real: string;
  /** The inode of `real`; '' where it does not tell. */
  inode: string;
  /** What Linux calls this boot of the machine; '' where it does not tell. */
  boot: string;
  /** '' where it has none. */
  home: string;
  /** The login shell; '' where it does not say. */
  loginShell: string;
  isFolder: boolean;
  isWritable: boolean;
  locked: boolean;
  /** `undefined` where it has none that we know. */
  rsync: RsyncVersion | undefined;
  /** Bytes; `undefined` where it does not tell. */
  freeBytes: number | undefined;
  /** Seconds since 1970; `undefined` where it does not tell. */
  now: number | undefined;
  /** What stands at each folder that was asked for. */
  items: ReadonlyMap<string, Item>;
  /** By folder, what it listed there, for {@link parseTree}. */
  lists: ReadonlyMap<string, string>;
  /** Something else prints too: a login shell that is not silent. */
  noisy: boolean;
}

/**
 * @param text one character a byte
 * @param folders that were asked for
 * @param listed those of which a list was asked for
 * @returns `undefined` where the marks are missing: it did not run to its end
 * @throws WrongAnswer where a path is none, or one of the folders is not answered for
 */
export function parseLook(text: string, folders: readonly string[], listed: readonly string[] = []): LookAnswer | undefined {
  const begin = text.indexOf('just-lora-begin\n');
  // The first one: a list behind it may have a file of that name.
  const end = text.indexOf('\njust-lora-end', begin);
  if (begin < 0 || end < begin) return undefined;
  const values = new Map<string, string>();
  const answers = new Map<string, Item>();
  for (const line of textName(text.slice(begin, end)).split('\n')) {
    const item = /^item=(folder|empty|file|dangling|missing) (yes|no) (.+)$/.exec(line);
    const [, kind, writable, name = ''] = item ?? [];
    if (kind)
      answers.set(name, {
        presence: kind === 'empty' ? 'folder' : (kind as Presence),
        writable: writable === 'yes',
        empty: kind === 'empty',
      });
    else if (line.includes('=')) values.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1));
  }
  const free = Number(/^\d{1,15}$/.exec(values.get('free_kb') ?? '')?.[0]) * 1024;
  const now = Number(/^\d{1,12}$/.exec(values.get('now') ?? '')?.[0]);
  return {
    path: pathIn(values, 'path', 'needed'),
    nearest: pathIn(values, 'nearest', 'needed'),
    real: pathIn(values, 'real', 'optional'),
    inode: values.get('inode') ?? '',
    boot: values.get('boot') ?? '',
    home: pathIn(values, 'home', 'optional'),
    loginShell: values.get('shell') ?? '',
    isFolder: values.get('folder') === 'yes',
    isWritable: values.get('writable') === 'yes',
    locked: values.get('lock') === 'yes',
    rsync: values.get('has_rsync') ? parseRsyncVersion(values.get('rsync') ?? '') : undefined,
    freeBytes: isByteCount(free) ? free : undefined,
    now: Number.isFinite(now) ? now : undefined,
    items: new Map(folders.map((folder) => [folder, answers.get(folder) ?? unanswered(folder)])),
    lists: new Map(
      listsIn(text.slice(end))
        .slice(0, listed.length)
        .map((list, index) => [listed[index] as string, list]),
    ),
    noisy: begin > 0,
  };
}

function pathIn(values: ReadonlyMap<string, string>, key: string, need: 'needed' | 'optional'): string {
  const value = values.get(key) ?? '';
  return value === '' && need === 'optional' ? '' : pathThere(key, value);
}

function unanswered(folder: string): never {
  throw new WrongAnswer(`does not say what stands at \`${folder}\``);
}
