/** A value that Python's json has read, and the constants in it that no other reader knows. */
export interface PythonJson {
  value: unknown;
  /** `NaN`, `Infinity`, `-Infinity`, each once. */
  constants: readonly string[];
}

/**
 * Reads JSON as Python's json module does: it writes and reads `NaN`, `Infinity` and `-Infinity`, which the standard does not have.
 * In the value NaN is `null`, as there is no number for it.
 * @throws SyntaxError where Python refuses it too
 */
export function parsePythonJson(text: string): PythonJson {
  try {
    return { value: JSON.parse(text), constants: [] };
  } catch (error) {
    const { plain, constants } = withoutConstants(text);
    if (constants.length === 0) throw error;
    return { value: JSON.parse(plain), constants };
  }
}

/** The same, `undefined` where there is no text or Python refuses it. */
export function tryParsePython(text: string | undefined, most = 64_000_000): unknown {
  if (text === undefined || text.length > most) return undefined;
  try {
    return parsePythonJson(text).value;
  } catch {
    return undefined;
  }
}

const constant = /-?Infinity|NaN/y;
/** JavaScript reads a number that is too large as Infinity. */
const standIns: Readonly<Record<string, string>> = { NaN: 'null', Infinity: '1e999', '-Infinity': '-1e999' };

function withoutConstants(text: string): { plain: string; constants: string[] } {
  const constants = new Set<string>();
  const plain = replacedOutsideStrings(text, constant, (found) => {
    constants.add(found);
    return String(standIns[found]);
  });
  return { plain, constants: [...constants] };
}

/**
 * A JSON text with other signs in place of some that are no part of a string. By hand and not by one expression: a string may be
 * megabytes long.
 * @param pattern sticky
 */
export function replacedOutsideStrings(text: string, pattern: RegExp, put: (found: string) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') {
      at = behindString(text, at);
      continue;
    }
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found === undefined) {
      at++;
      continue;
    }
    parts.push(text.slice(from, at), put(found));
    at += found.length;
    from = at;
  }
  return parts.join('') + text.slice(from);
}

/** Where a string of a JSON text ends: behind its last quote. @param start where its first one stands */
export function behindString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
