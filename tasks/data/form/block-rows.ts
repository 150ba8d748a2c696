import { quoteOf } from '../report/quote';
import type { Counter } from '../report/tally';
import type { RawRow } from '../rows/block';
import type { Column } from './columns';
import { examineRow, type Row } from './examine-row';
import { isJson } from './is-json';
import { jsonFault } from './json-fault';

/** Lines of one row that was written over several, at most. */
const mostLines = 5000;

/**
 * The rows of a block that can be read, with what is wrong told to the counter. An object that goes on over lines is one row.
 * @param areLines whether each row is to be a line: rows of a list may have several
 */
export function* readRows(rows: Iterable<RawRow>, columns: Column, counter: Counter, areLines: boolean): Generator<[RawRow, Row]> {
  let open: RawRow | undefined;
  let lines = 0;
  const close = (): [RawRow, Row] | undefined => {
    const raw = open as RawRow;
    open = undefined;
    const value = examineRow(raw, columns, counter);
    return value && [raw, value];
  };
  for (const raw of rows) {
    if (open) {
      // A row of its own: the one before was cut off.
      const isNew = /^\s*\{\s*"/.test(raw.text) && isJson(raw.text);
      if (!isNew && ++lines < mostLines) {
        open = { text: `${open.text}\n${raw.text}`, line: open.line };
        if (!/[}\]]\s*,?\s*$/.test(raw.text) || jsonFault(open.text)?.kind === 'unterminated') continue;
        const { line, text } = open;
        if (!jsonFault(text)) counter.add('several-lines', () => ({ line, column: 1, quote: quoteOf(text, 0) }));
        const read = close();
        if (read) yield read;
        continue;
      }
      const read = close();
      if (read) yield read;
    }
    if (isBlank(raw.text)) {
      if (areLines) counter.add('empty-line', () => ({ line: raw.line }));
      continue;
    }
    if (areLines && begins(raw.text)) {
      [open, lines] = [raw, 0];
      continue;
    }
    const value = examineRow(raw, columns, counter);
    if (value) yield [raw, value];
  }
  if (open) {
    const read = close();
    if (read) yield read;
  }
}

const isBlank = (text: string): boolean => text.length === 0 || (text.charCodeAt(0) <= 0x20 && text.trim() === '');

/** A line that may be the beginning of an object over several lines. */
const begins = (text: string): boolean => !/[}\]"\w]\s*$/.test(text.slice(-40)) && jsonFault(text)?.kind === 'unterminated';
