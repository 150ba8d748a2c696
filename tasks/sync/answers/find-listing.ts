import { shownName } from '../../common/shown-name';
import { isByteCount } from '../../untrusted/hashes';
import type { RelativeName } from '../../untrusted/names';
import { listedThere } from './name-there';
import { WrongAnswer } from './wrong-answer';

/** One file as `listScript` tells it. */
export interface FoundFile {
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modifiedMs: number;
  /** Size, both times and inode: what tells that it has changed. */
  state: string;
}

/** Size, seconds of both times, inode, name: `find -printf "%s %T@ %C@ %i %P\0"` of GNU, `stat -f "%z %m %c %i %N"` elsewhere. */
const line = /^((\d{1,16}) (-?\d{1,12}(?:\.\d{1,12})?) -?\d{1,12}(?:\.\d{1,12})? \d{1,20}) (.*)$/s;

/**
 * The files of a folder there, by their names of bytes.
 * @param single what a folder that is one file is called: it lists itself as `.`
 * @throws WrongAnswer for any line that is none, and where the last one was cut
 */
export function parseFindListing(text: string, single: string): Map<RelativeName, FoundFile> {
  if (text === '') return new Map();
  if (!text.endsWith('\0')) throw new WrongAnswer('ends its list in the middle of a line');
  const lines = text.slice(0, -1).split('\0');
  return listedThere(
    lines.map((each): [string, FoundFile] => {
      const [, state = '', size, seconds, name = ''] = line.exec(each) ?? [];
      if (!isByteCount(Number(size))) throw new WrongAnswer('lists a file without size and times');
      const own = lines.length === 1 && name === '.' ? single : name.replace(/^\.\//, '');
      return [own, { size: Number(size), modifiedMs: Number(seconds) * 1000, state }];
    }),
  );
}

/** Of the files of a folder there, by their shown names, what tells that one has changed. @throws WrongAnswer as {@link parseFindListing} */
export const parseStates = (text: string, single: string): Record<string, string> =>
  Object.fromEntries([...parseFindListing(text, single)].map(([name, { state }]) => [shownName(name), state]));
