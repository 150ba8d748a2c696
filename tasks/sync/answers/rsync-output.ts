import { isAtLeast } from '../../common/dotted';
import { rsyncSince } from '../../knowledge/tool-versions';
import { isByteCount } from '../../untrusted/hashes';
import type { RelativeName } from '../../untrusted/names';
import { nameThere } from './name-there';
import { WrongAnswer } from './wrong-answer';

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
  const version = /^rsync\s+version\s+v?(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)/.exec(line)?.[1];
  if (!version) return undefined;
  return { flavour: isAtLeast(version, rsyncSince.info) ? 'gnu' : 'old', version, text: version };
}

export interface RsyncItem {
  action: 'added' | 'changed' | 'deleted';
  kind: 'file' | 'folder' | 'link';
  /** Relative to the folder that travels; no slash at the end of a folder's. */
  name: RelativeName;
  /** `undefined` where the flavour does not say. */
  bytes: number | undefined;
  /** Where a link leads, bytes; `undefined` where the flavour does not say. */
  target?: string;
}

const itemPattern = /^([<>ch.*])([fdLDS])([^\s|]{7,9})\|(.*)$/s;

/** How a flavour is asked for its items. Only GNU's says where a link leads. */
export const itemFormat: Readonly<Record<RsyncFlavour, string>> = { gnu: '%i|%l|%n%L', openrsync: '%i|%l|%n', old: '%i|%n' };

/**
 * One line of `--itemize-changes` in the flavour's {@link itemFormat}; `undefined` for anything else.
 * openrsync leaves the format out of a deletion.
 * @throws WrongAnswer for a name that is no path below the folder, a size that is none
 */
export function parseItem(line: string, flavour: RsyncFlavour): RsyncItem | undefined {
  const sized = flavour !== 'old';
  const gone = /^\*deleting(?:\s*\||\s+)(.+)$/s.exec(line)?.[1];
  if (gone !== undefined) {
    const name = sized && /^\*deleting\s*\|/.test(line) ? gone.replace(/^\d+\|/, '') : gone;
    return { action: 'deleted', kind: name.endsWith('/') ? 'folder' : 'file', name: named(name), bytes: 0 };
  }
  const [, update, type, attributes = '', rest = ''] = itemPattern.exec(line) ?? [];
  if (update === undefined || type === 'D' || type === 'S') return undefined;
  const [, size, told = ''] = (sized ? /^(\d+)\|(.*)$/s.exec(rest) : ['', undefined, rest]) ?? ['', '', ''];
  if (size !== undefined && !(size !== '' && isByteCount(Number(size)))) throw new WrongAnswer('lists a file without a size');
  const kind = type === 'd' ? 'folder' : type === 'L' ? 'link' : 'file';
  if (told.replace(/\/$/, '') === '.') return undefined;
  const added = /^\++$/.test(attributes);
  // A folder's or a file's own attributes, `.d` and `.f`, are nobody's data: only contents and times of files count.
  if (!added && !['<', '>', 'c'].includes(update)) return undefined;
  const bytes = kind === 'folder' ? 0 : size === undefined ? undefined : Number(size);
  const what = kind === 'link' && flavour === 'gnu' ? linkOf(told, Number(size)) : { name: named(told) };
  return { action: added ? 'added' : 'changed', kind, ...what, bytes };
}

const named = (told: string): RelativeName => nameThere(unescapeName(told.replace(/\/$/, '')));

/** `NAME -> TARGET`, where either may have an arrow in it: the size of a link is that of its target. */
function linkOf(told: string, size: number): { name: RelativeName; target: string } {
  const whole = unescapeName(told);
  const arrow = whole.lastIndexOf(' -> ');
  const at = whole.length - size - 4;
  const split = whole.startsWith(' -> ', at) ? at : whole.indexOf(' -> ') === arrow ? arrow : -1;
  if (split < 1) throw new WrongAnswer('lists a link, and not where it leads');
  return { name: nameThere(whole.slice(0, split)), target: whole.slice(split + 4) };
}

/** rsync writes a byte that a terminal would take amiss as `\#ooo`, and a backslash before `#` as `\#134`. */
export const unescapeName = (name: string): string =>
  name.replace(/\\#([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The file that a `--debug=FILTER` line says is left out. */
export const hiddenName = (line: string): string | undefined => /^\[\w+\] hiding \w+ (.+) because of pattern /.exec(line)?.[1];

/** A device, a socket or a pipe, which does not travel. */
export const skippedName = (line: string): string | undefined => /^skipping non-regular file "(.+)"$/.exec(line)?.[1];

/**
 * Names at which a dry run met a folder that holds something, where a file or a link would come: GNU's leaves them out of its list.
 * @param text its errors
 * @returns none where it complains of anything else too
 */
export function namesInTheWay(text: string): { name: RelativeName; kind: 'file' | 'link' }[] {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(?:rsync error: |cannot delete non-empty directory: )/.test(line));
  const told = lines.map((line) => /^could not make way for new ([a-z -]{1,30}): (.+)$/.exec(line));
  if (told.some((each) => !each)) return [];
  return told.map((each) => ({ name: named(each?.[2] ?? ''), kind: each?.[1] === 'symlink' ? 'link' : 'file' }));
}

/**
 * The bytes of a line of `--progress` or `--info=progress2`. Its percent is no use: it jumps back with
 * incremental recursion and ends far below 100 after a delta.
 */
export function progressBytes(line: string): number | undefined {
  const match = /^\s*([\d.,]{1,20})\s+\d+%\s+(?:\S+\/s)?\s+\d+:\d\d:\d\d/.exec(line.slice(0, 200));
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
  const match = /^(?:Literal|Unmatched) data: ([\d,.]{1,25})/m.exec(text);
  return match ? Number((match[1] ?? '').replace(/[.,]/g, '')) : undefined;
}

/** Whether a transfer that printed this, or its end, brought anything. */
export const hasMoved = (text: string): boolean =>
  (literalBytes(text) ?? 0) > 0 || text.split(/[\r\n]/).some((line) => (progressBytes(line) ?? 0) > 0);
