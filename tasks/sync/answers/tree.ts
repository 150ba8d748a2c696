import { shownName } from '../../common/shown-name';
import { isByteCount } from '../../untrusted/hashes';
import type { RelativeName } from '../../untrusted/names';
import { listedThere, nameThere } from './name-there';
import { WrongAnswer } from './wrong-answer';

/** One thing in a folder, as the look at a machine lists it. */
export interface Found {
  kind: 'file' | 'folder' | 'other';
  /** Size in bytes, and when it was changed. */
  stamp: string;
  /** Size, both times and inode: what tells that it has changed. A folder has none. */
  state?: string;
}

/** Everything in a folder. */
export interface Tree {
  entries: ReadonlyMap<RelativeName, Found>;
  /** How much of it never travels. */
  excluded: number;
}

/** Kind, then size, seconds of both times, inode, name: `find -printf "%y %s %T@ %C@ %i %P"` of GNU. */
const line = /^([a-zA-Z]) (((\d{1,16}) -?\d{1,12}(?:\.\d{1,12})?) -?\d{1,12}(?:\.\d{1,12})? \d{1,20}) (.+)$/s;

/**
 * Everything in a folder there.
 * @param text of which no more than `mostBytes` was asked for
 * @returns `undefined` where there is no such folder, there may be more, some of it could not be read, or something stands between that is no line of it
 * @throws WrongAnswer for a name that is no path below the folder
 */
export function parseTree(text: string, mostBytes: number): Tree | undefined {
  const [head, ...lines] = text.split('\0');
  if (head !== 'tree' || text.length >= mostBytes || lines.pop() !== '' || lines.pop() !== 'end') return undefined;
  const own = lines.filter((each) => each.startsWith('x '));
  const told = lines.flatMap((each) => (each.startsWith('x ') ? [] : [line.exec(each)]));
  if (told.some((match) => !match || !isByteCount(Number(match[4])))) return undefined;
  const all = told.map((match): [string, Found] => {
    const [, type, state = '', stamp = '', , name = ''] = match ?? [];
    const kind = type === 'f' ? 'file' : type === 'd' ? 'folder' : 'other';
    return [name, { kind, stamp, ...(kind === 'folder' ? {} : { state }) }];
  });
  const entries = listedThere(all.filter(([, { kind }]) => kind !== 'folder'));
  for (const [name, found] of all.filter(([, { kind }]) => kind === 'folder')) {
    const checked = nameThere(name);
    if (entries.has(checked)) throw new WrongAnswer(`lists \`${shownName(checked)}\` twice`);
    entries.set(checked, found);
  }
  return { entries, excluded: own.length };
}
