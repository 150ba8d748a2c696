import { shownName } from '../../common/shown-name';
import { isByteCount } from '../../untrusted/hashes';
import type { RelativeName } from '../../untrusted/names';
import { listedThere, nameThere } from './name-there';
import { WrongAnswer } from './wrong-answer';

/** One thing in a folder, as `treeScript` tells it. */
export interface Found {
  kind: 'file' | 'folder' | 'other';
  /** Bytes. */
  size: number;
  /** When it was changed, since 1970, rounded down: of an earlier time too, find counts the fraction forward. */
  seconds: number;
}

const line = /^([a-zA-Z]) (\d{1,16}) (-?\d{1,12})(?:\.\d{1,12})? (.+)$/s;

/**
 * Everything in a folder there, and how much of it never travels.
 * @param text of which no more than `mostBytes` was asked for
 * @returns `undefined` where there is no such folder, there may be more, some of it could not be read, or something stands between that is no line of it
 * @throws WrongAnswer for a name that is no path below the folder
 */
export function parseTree(text: string, mostBytes: number): { entries: Map<RelativeName, Found>; excluded: number } | undefined {
  const [head, ...lines] = text.split('\0');
  if (head !== 'tree' || text.length >= mostBytes || lines.pop() !== '' || lines.pop() !== 'end') return undefined;
  const own = lines.filter((each) => each.startsWith('x '));
  const told = lines.flatMap((each) => (each.startsWith('x ') ? [] : [line.exec(each)]));
  if (told.some((match) => !match || !isByteCount(Number(match[2])))) return undefined;
  const all = told.map((match): [string, Found] => {
    const [, type, size, seconds, name = ''] = match ?? [];
    return [name, { kind: type === 'f' ? 'file' : type === 'd' ? 'folder' : 'other', size: Number(size), seconds: Number(seconds) }];
  });
  const entries = listedThere(all.filter(([, { kind }]) => kind !== 'folder'));
  for (const [name, found] of all.filter(([, { kind }]) => kind === 'folder')) {
    const checked = nameThere(name);
    if (entries.has(checked)) throw new WrongAnswer(`lists \`${shownName(checked)}\` twice`);
    entries.set(checked, found);
  }
  return { entries, excluded: own.length };
}
