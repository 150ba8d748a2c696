import { type Position, SyntaxFault } from './position';

/** A part of a text: from the first character to behind the last. */
export type Region = readonly [start: number, end: number];

/** What no YAML text may hold (YAML 1.1, 5.1): PyYAML refuses it in comments, too. */
const unprintable = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Line ends of YAML 1.1 that 1.2 takes for letters: the same text would be two. */
const otherLineEnds = /[\x85\u2028\u2029]/;

/**
 * Characters that PyYAML, which reads the same file on the GPU machine, takes otherwise than a reader of YAML 1.2.
 * @throws SyntaxFault
 */
export function refuseCharacters(text: string, position: (offset: number) => Position): void {
  const odd = unprintable.exec(text) ?? otherLineEnds.exec(text);
  if (!odd) return;
  const code = (odd[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new SyntaxFault(`the character U+${code}, which settings must not hold`, position(odd.index));
}

/**
 * A tab between words: YAML 1.2 takes it for a blank, PyYAML refuses it. It may stand in quotes, in a block of text and in a comment.
 * @param texts quoted text and blocks
 * @throws SyntaxFault
 */
export function refuseTabs(text: string, texts: readonly Region[], position: (offset: number) => Position): void {
  if (!text.includes('\t')) return;
  const ends = new Map(texts);
  let behind = 0;
  for (let at = 0; at < text.length; at++) {
    const end = ends.get(at);
    if (end !== undefined && end > at) {
      at = end - 1;
      behind = end;
    } else if (text[at] === '#' && (at === behind || /[\s\uFEFF]/.test(text[at - 1] as string))) {
      const line = text.slice(at).search(/[\r\n]/);
      if (line < 0) return;
      at += line - 1;
    } else if (text[at] === '\t') throw new SyntaxFault('a tab where a blank is meant: Python refuses it', position(at));
  }
}

/** Behind the last character of a text in quotes that begins there. */
export function endOfQuoted(text: string, start: number): number {
  const quote = text[start] as string;
  for (let at = start + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (quote === '"' || text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return text.length;
}
