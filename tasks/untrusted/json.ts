/**
 * The value of a JSON text; `undefined` where there is no text, it has more than `most` characters, or it is no JSON.
 * What is in it is still anybody's: a schema or a check tells what it is.
 */
export function tryParse(text: string | undefined, most = 64_000_000): unknown {
  if (text === undefined || text.length > most) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** An object of any fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object, and no list; `undefined` for anything else. */
export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
