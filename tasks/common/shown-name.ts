/**
 * A file name of bytes as a person reads it: UTF-8 where it is that, and whatever would steer a terminal,
 * is no UTF-8 or is a backslash as an escape. Two names never look the same.
 * @param name one character a byte, as `latin1` reads them
 */
export function shownName(name: string): string {
  // The usual name costs nothing.
  if (/^[\x20-\x5b\x5d-\x7e]*$/.test(name)) return name;
  const bytes = Buffer.from(name, 'latin1');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    const part = bytes.subarray(at, at + length);
    text += length === 0 ? hex(bytes[at] ?? 0) : escaped(part.toString('utf8'));
    at += Math.max(1, length);
  }
  return text;
}

/** ASCII is the same in both, and costs nothing. */
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** The name of bytes that stands behind a text of ours, in UTF-8. */
export const byteName = (text: string): string => (isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1'));

/** A name of bytes as text; what is no UTF-8 is lost in it. */
export const textName = (name: string): string => (isAscii(name) ? name : Buffer.from(name, 'latin1').toString('utf8'));

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

function escaped(character: string): string {
  if (character === '\\') return '\\\\';
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return { 9: '\\t', 10: '\\n', 13: '\\r' }[code] ?? hex(code);
  // Control and format characters, unassigned ones too: they turn text around or show as nothing.
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(character) ? `\\u{${code.toString(16)}}` : character;
}

/** How many bytes the UTF-8 character here has, 0 where it is none. */
function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length < 2) return length;
  const part = bytes.subarray(at, at + length);
  return part.length === length && Buffer.from(part.toString('utf8')).equals(part) ? length : 0;
}
