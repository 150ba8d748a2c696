import { tryParsePython } from '../../untrusted/python-json';
import { quotedName, quoteOf } from '../report/quote';
import type { Counter } from '../report/tally';
import type { RawRow } from '../rows/block';
import { addValue, type Column, type Walked } from './columns';
import { deepest } from './depth';
import { jsonFault } from './json-fault';
import type { FormKind } from './kinds';
import { duplicateKey, loneSurrogate, outsideStrings } from './raw-faults';

/** A row as an object. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Reads one row, counts what is wrong with its form, and adds it to the columns of its block.
 * @returns `undefined` where no reader gets a row out of it
 */
export function examineRow(raw: RawRow, columns: Column, counter: Counter): Row | undefined {
  const { text, line } = raw;
  const tell = (kind: FormKind, at: number, detail?: string) =>
    counter.add(kind, () => ({ line, column: at + 1, quote: quoteOf(text, at), ...(detail === undefined ? {} : { detail }) }));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = jsonFault(text);
    if (fault) {
      tell(fault.kind, fault.at);
      return undefined;
    }
    // A number that is none is in the value as null.
    value = tryParsePython(text);
    tell('not-a-number', Math.max(0, outsideStrings(text, /NaN|-?Infinity/g)));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    tell('not-an-object', 0);
    return undefined;
  }
  const walked: Walked = { keys: 0, deepest: 0 };
  addValue(columns, value, walked, '');
  if (walked.deepest > deepest) {
    tell('too-deep', 0);
    return undefined;
  }
  const { conflict } = walked;
  if (conflict)
    tell(
      'mixed-types',
      Math.max(0, columnAt(text, conflict.column)),
      `${quotedName(conflict.column, 200)} is ${conflict.to} here and ${conflict.from} before`,
    );
  const beyond = walked.infinite ? outsideStrings(text, number, (found) => !Number.isFinite(Number(found))) : -1;
  if (beyond >= 0) tell('number-range', beyond);
  // A number with a point or an exponent is a double anyway.
  const large = walked.large ? outsideStrings(text, number, isBeyond64Bits) : -1;
  if (large >= 0) tell('large-integer', large);
  const twice = duplicateKey(text, walked.keys);
  if (twice >= 0) tell('duplicate-key', twice);
  const half = loneSurrogate(text);
  if (half >= 0) tell('surrogate', half);
  return value as Row;
}

/** About where the value of a column stands: behind the last part of its name. */
const columnAt = (text: string, column: string): number => text.indexOf(`"${column.replace(/\[\]$/, '').split('.').at(-1)}"`);

const number = /-?\d[\d.eE+-]*/g;

function isBeyond64Bits(text: string): boolean {
  return /^-?\d{19,}$/.test(text) && BigInt.asIntN(64, BigInt(text)) !== BigInt(text);
}
