/**
 * Values of a JSON text that anything may have written, each `undefined` or empty where it is not what it should be.
 * Texts and lists are cut to a length that a page can show, texts without controls and secrets.
 */

import { lastLines, sentence, sentences } from '../../untrusted/text';

/** An object of any fields. */
export type JsonShape = Readonly<Record<string, unknown>>;
/** The most entries of a list. */
const most = 5000;

/** An object; an empty one where it is none. */
export const tree = (value: unknown): JsonShape =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonShape) : {};
/** A list; an empty one where it is none. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, most) : []);
/** The texts of a list. */
export const texts = (value: unknown): string[] => listOf(value).flatMap((item) => string(item) ?? []);
/** A finite number that is not negative. */
export const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
/** The longest text, in UTF-16 units. */
const longest = 4001;
/** A text of one line. */
export const string = (value: unknown): string | undefined => (typeof value === 'string' ? sentence(value, longest) : undefined);
/** What may stand on several lines, as {@link sentences} and {@link lastLines} leave it. */
export const ways = (value: unknown): string | undefined => (typeof value === 'string' ? sentences(value) : undefined);
export const tailOf = (value: unknown): string | undefined => (typeof value === 'string' ? lastLines(value, 200) : undefined);
/** One of a few words. */
export const oneOf = <T>(values: readonly T[], value: unknown): T | undefined => values.find((one) => one === value);
