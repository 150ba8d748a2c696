import { rsyncSince } from '../versions/rsync';
import { isAtLeast } from './dotted';

/** What rsync prints, in its three flavours. Names are byte strings: one character a byte, as `latin1` reads them. */

export type RsyncFlavour = 'gnu' | 'openrsync' | 'old';

export interface RsyncVersion {
  flavour: RsyncFlavour;
  /** `3.2.7`; for openrsync the one that it is compatible with. */
  version: string;
  /** As a person reads it. */
  text: string;
}

/**
 * The first line of `rsync --version`; `undefined` where it is none. A GNU rsync without `--info` counts as `old`.
 */
export function parseRsyncVersion(text: string): RsyncVersion | undefined {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  // openrsync says the version that it is compatible with on a second line: its own name comes first.
  if (/^openrsync\b/.test(line)) return { flavour: 'openrsync', version: '2.6.9', text: 'openrsync' };
  const version = /^rsync\s+version\s+v?(\d+\.\d+(?:\.\d+)?)/.exec(line)?.[1];
  if (!version) return undefined;
  return { flavour: isAtLeast(version, rsyncSince.info) ? 'gnu' : 'old', version, text: version };
}

export interface RsyncItem {
  action: 'added' | 'changed' | 'deleted';
  kind: 'file' | 'folder' | 'link';
  /** Relative to the folder that travels; no slash at the end of a folder's. */
  name: string;
  /** `undefined` where the flavour does not say. */
  bytes: number | undefined;
}

const itemPattern = /^([<>ch.*])([fdLDS])([^\s|]{7,9})\|(.*)$/;

/**
 * One line of `--itemize-changes`; `undefined` for anything else.
 * @param sized made by `--out-format='%i|%l|%n'`, else by `'%i|%n'`; openrsync leaves the format out of a deletion
 */
export function parseItem(line: string, sized = true): RsyncItem | undefined {
  const gone = /^\*deleting(?:\s*\||\s+)(.+)$/.exec(line)?.[1];
  if (gone !== undefined) {
    const name = sized && /^\*deleting\s*\|/.test(line) ? gone.replace(/^\d+\|/, '') : gone;
    return { action: 'deleted', kind: name.endsWith('/') ? 'folder' : 'file', name: unescapeName(name.replace(/\/$/, '')), bytes: 0 };
  }
  const [, update, type, attributes = '', rest = ''] = itemPattern.exec(line) ?? [];
  const [, size, name = ''] = (sized ? /^(\d+)\|(.*)$/s.exec(rest) : ['', undefined, rest]) ?? [];
  if (update === undefined || type === 'D' || type === 'S') return undefined;
  const kind = type === 'd' ? 'folder' : type === 'L' ? 'link' : 'file';
  const plain = unescapeName(name.replace(/\/$/, ''));
  if (plain === '.') return undefined;
  const bytes = kind === 'folder' ? 0 : size === undefined ? undefined : Number(size);
  if (/^\++$/.test(attributes)) return { action: 'added', kind, name: plain, bytes };
  // A folder's or a file's own attributes, `.d` and `.f`, are nobody's data: only contents and times of files count.
  if (update === '<' || update === '>' || update === 'c') return { action: 'changed', kind, name: plain, bytes };
  return undefined;
}

/** rsync writes a byte that a terminal would take amiss as `\#ooo`, and a backslash before `#` as `\#134`. */
export const unescapeName = (name: string): string =>
  name.replace(/\\#([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The file that a `--debug=FILTER` line says is left out. */
export const hiddenName = (line: string): string | undefined => /^\[\w+\] hiding \w+ (.+) because of pattern /.exec(line)?.[1];

/** A device, a socket or a pipe, which does not travel. */
export const skippedName = (line: string): string | undefined => /^skipping non-regular file "(.+)"$/.exec(line)?.[1];

/**
 * The bytes of a line of `--progress` or `--info=progress2`. Its percent is no use: it jumps back with
 * incremental recursion and ends far below 100 after a delta.
 */
export function progressBytes(line: string): number | undefined {
  const match = /^\s*([\d.,]+)\s+\d+%\s+(?:\S+\/s)?\s+\d+:\d\d:\d\d/.exec(line);
  return match ? Number((match[1] ?? '').replace(/[.,]/g, '')) : undefined;
}

/** Sums up `--progress`, which begins at zero with each file. */
export function fileByFile(): (bytes: number) => number {
  let [before, last] = [0, 0];
  return (bytes) => {
    if (bytes < last) before += last;
    last = bytes;
    return before + bytes;
  };
}

/** Bytes that really travelled, from `--stats`: GNU says "Literal data" with commas, openrsync "Unmatched data" without. */
export function literalBytes(text: string): number | undefined {
  const match = /^(?:Literal|Unmatched) data: ([\d,.]+)/m.exec(text);
  return match ? Number((match[1] ?? '').replace(/[.,]/g, '')) : undefined;
}
