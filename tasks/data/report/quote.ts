import { oneLine } from '../../untrusted/text';
import { withoutAddresses } from '../text/private';

const [before, after] = [40, 60];

/**
 * The part of a row around a column, on one line, without secrets and addresses. They are looked for in a wide part, so that
 * none is cut in two and not known any more.
 * @param at characters from the beginning of the row
 */
export function quoteOf(row: string, at: number): string {
  const [from, to] = [Math.max(0, at - before), Math.min(row.length, at + after)];
  const wide = row.slice(Math.max(0, from - 4000), to + 4000);
  const clean = withoutAddresses(oneLine(wide, wide.length + 1));
  if (clean.length <= before + after) return clean;
  // What was cut out before moved the rest: the place is looked for by the text that stands there.
  const anchor = oneLine(row.slice(at, at + 24), 30);
  const found = anchor === '' ? -1 : clean.indexOf(anchor, Math.max(0, Math.min(4000, from) - 4000));
  const place = found < 0 ? Math.min(at, clean.length) : found;
  const [start, end] = [Math.max(0, place - before), Math.min(clean.length, place + after)];
  return `${start > 0 ? '…' : ''}${clean.slice(start, end)}${end < clean.length ? '…' : ''}`;
}

/** The beginning of a name that a row has, a column's or a role's, as `quoteOf` shows a row: cleaned before it is cut. */
export const quotedName = (name: string, most = 40): string => `\`${withoutAddresses(oneLine(name, name.length + 1)).slice(0, most)}\``;
