/**
 * Text that a server, a remote, a program or a file of somebody else wrote, as a terminal, a log or a page may get it.
 * ECMA-48 for escape sequences, Unicode TR 36 and CVE-2021-42574 for characters that turn text around.
 */

/** `ESC [ … letter`, with the parameters that a sequence may have; what it would do is nothing that a person reads. */
const controlSequence = /(?:\u001b\[|\u009b)[0-?]{0,32}[ -/]{0,4}[@-~]/g;
/** Controls but for tab and line feed, C1, DEL, bidirectional and other invisible format characters, line and paragraph separators. */
const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
const lone = /[\ud800-\udfff]/gu;

/**
 * Text of several lines without anything that steers a terminal or turns letters around. Line breaks and tabs stay.
 * Nothing is hidden by it: of a sequence that does not end only the controls are taken out.
 */
export function printable(text: string): string {
  // The usual text costs one look.
  if (/^[\t\n\x20-\x7e]*$/.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replace(controlSequence, '').replace(unprintable, '').replace(lone, '\ufffd');
}

/**
 * What another program or a server said, as one line.
 * @param most characters that a person reads of it; what is cut is told by `…`
 */
export function oneLine(text: string, most = 300): string {
  // A body of megabytes is not cleaned to show its first line.
  const line = printable(text.slice(0, 20 * most))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > most ? `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}

/**
 * The last lines of what a program said.
 * @param most lines
 * @param longest characters of a line
 */
export function lastLines(text: string, most = 20, longest = 500): string {
  return printable(text.slice(-most * longest * 4))
    .trimEnd()
    .split('\n')
    .slice(-most)
    .map((line) => (line.length > longest ? `${line.slice(0, longest - 1)}…` : line))
    .join('\n')
    .trim();
}
