import * as v from 'valibot';

/** Settings of each kind, with what they mean and the value that they have where nothing says otherwise. */

const oneLine = 'one line of text';

/** A path. No shell reads it: `$HOME/models` would be a folder of that name, in the project. `\x24` is `$` where Python reads this pattern too. */
const writtenPath = v.pipe(
  v.string(),
  v.minLength(1),
  v.regex(
    /^(?!\x24(?:\w+|\{\w+\})(?:\/|$)|~[^/])[^\0]+$/,
    'a path that is written out, without NUL: `~/` is the home folder, and nothing else is replaced',
  ),
);

/** A path of a file or a folder. */
export const place = (what: string, fallback: string) => v.optional(v.pipe(writtenPath, v.description(what)), fallback);

/** A path, or null where it is looked for. */
export const placeOrNull = (what: string) => v.optional(v.pipe(v.nullable(writtenPath), v.description(what)), null);

/** One line of text, which may be empty, or null. */
export const line = (what: string) =>
  v.optional(v.pipe(v.nullable(v.pipe(v.string(), v.regex(/^[^\0\r\n]*$/, oneLine))), v.description(what)), null);

/** Lines of text. */
export const lines = (what: string, fallback: string[]) =>
  v.optional(v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.regex(/^[^\0\r\n]+$/, oneLine))), v.description(what)), fallback);

/** A whole number. The limit keeps it exact in every language that reads it. */
export const count = (what: string, fallback: number, least = 1) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(1e9), v.description(what)), fallback);

export const gigabytes = (what: string, fallback: number) =>
  v.optional(v.pipe(v.number(), v.minValue(0), v.description(`${what} (GB, 10^9 bytes)`)), fallback);

/** From 0 on, and less than 1: of what is dropped as a whole nothing is trained. */
export const dropped = (what: string, fallback: number) =>
  v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1), v.description(what)), fallback);

/** More than 0. */
export const positive = (what: string, fallback: number) => v.optional(v.pipe(v.number(), v.gtValue(0), v.description(what)), fallback);

/** More than 0, and no more than anybody means. */
export const positiveUpTo = (most: number, what: string, fallback: number) =>
  v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(most), v.description(what)), fallback);

export const flag = (what: string, fallback: boolean) => v.optional(v.pipe(v.boolean(), v.description(what)), fallback);

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(what: string, values: T, fallback: T[number]) =>
  v.optional(v.pipe(v.picklist(values), v.description(what)), fallback);

/** A short name: it becomes a folder, and a word on a command line. */
export const name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w.-]*$/, 'a name of letters, digits, `.`, `_` and `-`'));

/** Settings under one name. */
export const section = <const T extends v.ObjectEntries>(what: string, entries: T) =>
  v.optional(v.pipe(v.strictObject(entries), v.description(what)), {} as never);
