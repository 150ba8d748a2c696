import { redacted } from './secrets';

/**
 * Text that a server, a remote, a program or a file of somebody else wrote, as a terminal, a log or a page may get it.
 * ECMA-48 for escape sequences, Unicode TR 36 and CVE-2021-42574 for characters that turn text around.
 * Secrets are taken out before anything is cut: a part of one would not be known as one.
 */

/** `ESC [ … letter`, with the parameters that a sequence may have; what it would do is nothing that a person reads. */
const controlSequence = /(?:\u001b\[|\u009b)[0-?]{0,32}[ -/]{0,4}[@-~]/g;
/** Controls but for tab and line feed, C1, DEL, bidirectional and other invisible format characters, line and paragraph separators. */
export const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
/** The usual text costs one look. */
const plain = /^[\t\n\x20-\x7e]*$/;

/**
 * Text of several lines without anything that steers a terminal or turns letters around. Line breaks and tabs stay.
 * Nothing is hidden by it: of a sequence that does not end only the controls are taken out.
 */
export function printable(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replace(controlSequence, '').replace(unprintable, '');
}

/** Text as {@link printable} makes it, but for what steers a terminal, which is written as an escape: two names of files never look the same. */
export function visible(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(unprintable, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** At most so many characters; what is cut is told by `…`. */
const bounded = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;

/** Characters that are looked at beyond a cut: longer secrets are lines of their own, or have a shape. */
const margin = 4000;

/** The first characters of a text, cleaned: a body of megabytes is not. What ends at the cut may be the half of a secret, and goes. */
function beginning(text: string, characters: number, clean: (text: string) => string): string {
  if (text.length <= characters + margin) return clean(text);
  return clean(text.slice(0, characters + margin)).slice(0, -margin);
}

/**
 * What another program or a server said, as one line without secrets.
 * @param most characters that a person reads of it; what is cut is told by `…`
 */
export function oneLine(text: string, most = 300): string {
  const clean = beginning(text, 20 * most, (part) => redacted(printable(part)));
  return bounded(clean.replace(/\s+/g, ' ').trim(), most);
}

/**
 * A sentence, a title or a cell of ours with anybody's words in it, as one line without secrets. Blanks stay where they are.
 * @param most characters; what is cut is told by `…`
 */
export function sentence(text: string, most = 2000): string {
  const line = beginning(text, 8 * most, shown).replace(/(?<! ) *[\n\t]\s*/g, ' ');
  return bounded(line.trimEnd(), most);
}

/** A control in the middle of a secret must not save it: looked for without them, and they are shown where there is none. */
function shown(text: string): string {
  const stripped = printable(text);
  const clean = redacted(stripped);
  return clean === stripped ? visible(text.replace(/\r\n?/g, '\n').replace(controlSequence, '')) : clean;
}

/**
 * A value of a document: without secrets, what steers a terminal as an escape, line breaks as they are.
 * @param most characters
 */
export const valueText = (text: string, most = 16_000): string => {
  const clean = beginning(text, 2 * most, (part) => {
    const stripped = printable(part);
    const hidden = redacted(stripped);
    return hidden === stripped ? visible(part) : hidden;
  });
  return bounded(clean, most);
};

/** A line that looks like one of ours: a step's, the label of a fault, an action. */
const likeOurs = /^\s*(?:[✔✓✖✕○→❯›■]|[^\w\s`'"(]\s|(?:fix|needed|warning|because|found|error|plan|will)\b\s*:|will )/i;

/** A line that begins with such a text, in quotes: a name in the first column of a table. */
export const notOurs = (line: string): string =>
  /^\s*(?:[✔✓✖✕○→❯›■]|\?\s|(?:fix|needed|warning|because|plan)\s*:)/i.test(line) ? JSON.stringify(line) : line;

/**
 * Sentences of ours of which each stands on a line: the ways to fix something. What would look like a step or a label on a
 * line of its own goes on behind the line before: nobody but us says that something is done.
 * @param most lines
 */
export function sentences(text: string, most = 12): string {
  const ways: string[][] = [];
  for (const line of beginning(text, 8000, shown).split('\n')) {
    if (line.trim() === '') continue;
    if (ways.length === 0 || (ways.length < most && !likeOurs.test(line))) ways.push([line.trim()]);
    else ways.at(-1)?.push(line.trim());
  }
  return ways.map((lines) => sentence(lines.join(' '), 1000)).join('\n');
}

/**
 * The last lines of what a program said, without secrets.
 * @param most lines
 * @param longest characters of a line
 */
export function lastLines(text: string, most = 20, longest = 500): string {
  const limit = most * longest * 4;
  return redacted(printable(text.slice(-limit - margin)))
    .slice(text.length > limit + margin ? margin : 0)
    .slice(-limit)
    .trimEnd()
    .split('\n')
    .slice(-most)
    .map((line) => bounded(line, longest))
    .join('\n')
    .trim();
}
