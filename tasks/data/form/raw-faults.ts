import { behindString } from '../../untrusted/python-json';

/** Faults of a row that its value does not show any more: they are looked for in its text. */

/** Where a sign that is no text of the row stands, -1 where none does. @param isIt judges what the pattern finds */
export function outsideStrings(text: string, pattern: RegExp, isIt: (found: string) => boolean = () => true): number {
  for (let from = 0; from < text.length; ) {
    const quote = text.indexOf('"', from);
    const end = quote < 0 ? text.length : quote;
    for (const { 0: found, index } of text.slice(from, end).matchAll(pattern)) if (isIt(found)) return from + index;
    from = quote < 0 ? text.length : behindString(text, quote);
  }
  return -1;
}

/** Where half of a surrogate pair stands, written as an escape; -1 where none does. A pair is one character. */
export function loneSurrogate(text: string): number {
  if (!text.includes('\\u')) return -1;
  for (const { index, 0: escapes } of text.matchAll(/\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|[\s\S])/g)) {
    if (escapes[1] !== 'u') continue;
    if (!/^[dD]/.test(escapes.slice(2))) continue;
    if (escapes.length < 12 || !/^[89abAB]/.test(escapes.slice(3))) return index;
  }
  return -1;
}

/**
 * At most how many keys a text has: places where a string ends before a colon. A string that begins with a colon counts too, so that
 * the exact look is only taken where it may find something.
 */
function keysAtMost(text: string): number {
  let count = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2))
    if (text.charCodeAt(at - 1) !== 0x5c || text.charCodeAt(at - 2) === 0x5c) count++;
  return count;
}

/**
 * Where a key stands that its object has twice; -1 where none does.
 * @param keys of the value and of all in it: fewer than the text has where one was lost
 */
export function duplicateKey(text: string, keys: number): number {
  // A blank before a colon: the quick count does not see it.
  if (keysAtMost(text) <= keys && !/"[ \t\r\n]+:/.test(text)) return -1;
  const objects: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '{') objects.push(new Set());
    else if (character === '[') objects.push(undefined);
    else if (character === '}' || character === ']') objects.pop();
    else if (character === '"') {
      const end = behindString(text, at);
      const colon = text.slice(end, end + 64).trimStart()[0] === ':' || /^[ \t\r\n]*:/.test(text.slice(end));
      if (colon) {
        const seen = objects.at(-1);
        const key = JSON.parse(text.slice(at, end)) as string;
        if (seen?.has(key)) return at;
        seen?.add(key);
      }
      at = end;
      continue;
    }
    at++;
  }
  return -1;
}
