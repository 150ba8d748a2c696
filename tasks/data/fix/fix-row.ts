import { deepest, depthOf } from '../form/depth';
import { isJson } from '../form/is-json';
import { jsonFault } from '../form/json-fault';
import { duplicateKey } from '../form/raw-faults';
import { fixedChat, isRow, type Row } from './fix-chat';
import { numbersAsTexts, withNumbers } from './numbers';

/** What is mended in a row, in the words of `data:check`. */
export type RowFix = 'trailing-comma' | 'sharegpt' | 'role-name';

/** A row as it is to be, with what was mended. What has no one right answer is as it was. */
export interface FixedRow {
  text: string;
  fixes: RowFix[];
  /** Whether the line is an object by itself: another one may be a part of a row, and is left alone. */
  isRow: boolean;
  /** Why its messages stay as they are, though there is something to mend. */
  stays?: string;
}

/** Mends a row whose cure has one right answer. */
export function fixRow(text: string): FixedRow {
  const plain = withoutTrailingCommas(text);
  const row = parsed(plain);
  if (!row) return { text, fixes: [], isRow: false };
  const fixes: RowFix[] = plain === text ? [] : ['trailing-comma'];
  if (fixedChat(row).fixes.length === 0) return { text: plain, fixes, isRow: true };
  const exact = numbersAsTexts(plain);
  const stays = whyStays(plain, exact);
  if (exact === undefined || stays) return { text: plain, fixes, isRow: true, ...(stays ? { stays } : {}) };
  const chat = fixedChat(parsed(exact) as Row);
  return { text: withNumbers(JSON.stringify(chat.row)), fixes: [...fixes, ...chat.fixes], isRow: true };
}

function whyStays(text: string, exact: string | undefined): string | undefined {
  if (exact === undefined) return 'it has the sign U+E000';
  if (depthOf(text) > deepest) return `it is nested more than ${deepest} deep`;
  return duplicateKey(text, 0) >= 0 ? 'a key stands twice in it' : undefined;
}

function withoutTrailingCommas(text: string): string {
  let fixed = text;
  for (let turn = 0; turn < 100; turn++) {
    const fault = isJson(fixed) ? undefined : jsonFault(fixed);
    if (fault?.kind !== 'trailing-comma') return fixed;
    const comma = fixed.lastIndexOf(',', fault.at);
    if (comma < 0 || fixed.slice(comma + 1, fault.at).trim() !== '') return text;
    fixed = fixed.slice(0, comma) + fixed.slice(comma + 1);
  }
  return text;
}

function parsed(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
