import type { FileFixes } from './fix-file';

/** One of them, and several. */
const words: Record<keyof FileFixes, readonly [string, string]> = {
  mark: ['byte order mark', 'byte order marks'],
  'empty-line': ['empty line', 'empty lines'],
  'trailing-comma': ['row with a trailing comma', 'rows with a trailing comma'],
  sharegpt: ['row in the ShareGPT form', 'rows in the ShareGPT form'],
  'role-name': ["row with another program's role names", "rows with another program's role names"],
  duplicate: ['row that repeats an earlier one', 'rows that repeat an earlier one'],
};

/** What is mended in a file, as a person is told of it. */
export const fixesText = (fixes: FileFixes): string =>
  (Object.entries(fixes) as [keyof FileFixes, number][]).map(([kind, count]) => `${count} ${words[kind][count === 1 ? 0 : 1]}`).join(', ');
