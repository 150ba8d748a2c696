/**
 * UTF-8 that was read as Latin 1 or Windows 1252, and what no reader could read: `Ã©` for é, `â€™` for ’, U+FFFD. Two letters that a
 * language may have beside each other (`Ã` and a letter of it) do not count: the second must be none of a word.
 */
const wrong =
  /[\u00c2\u00c3][\u0080-\u00bf\u0152\u0160\u0178\u017d\u02c6\u02dc\u2018-\u2026\u2030\u20ac\u2122]|\u00e2\u20ac[\u0080-\u00bf\u0153\u2019-\u201e\u02dc\u2122\u00a6]|\ufffd/;
const beyondAscii = /[\u0080-\uffff]/;

/** Whether a text shows that it was read in the wrong encoding. */
export const hasBadCharacters = (text: string): boolean => beyondAscii.test(text) && wrong.test(text);
