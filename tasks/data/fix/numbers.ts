import { replacedOutsideStrings } from '../../untrusted/python-json';

/** Stands before a number that is kept as text; no text of a row begins with it. */
const mark = '\ue000number ';
const number = /-?\d[\d.eE+-]*/y;
const kept = new RegExp(`"${mark}([^"]+)"`, 'g');

/** A JSON text whose numbers are texts, so that they are written again as they stand: `1.0` and integers of any length. */
export function numbersAsTexts(json: string): string | undefined {
  if (json.includes('\ue000') || /\\u[eE]000/.test(json)) return undefined;
  return replacedOutsideStrings(json, number, (found) => `"${mark}${found}"`);
}

/** The same with its numbers as they stood. */
export const withNumbers = (json: string): string => json.replace(kept, '$1');
