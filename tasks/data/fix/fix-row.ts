import { meantRole } from '../chat/roles';
import { jsonFault } from '../form/json-fault';
import { duplicateKey } from '../form/raw-faults';

/** What is mended in a row, in the words of `data:check`. */
export type RowFix = 'trailing-comma' | 'sharegpt' | 'role-name';

/** A row as it is to be, with what was mended. What has no one right answer is as it was. */
export interface FixedRow {
  text: string;
  fixes: RowFix[];
}

/** Mends a row whose cure has one right answer. */
export function fixRow(text: string): FixedRow {
  const plain = withoutTrailingCommas(text);
  const fixes: RowFix[] = plain === text ? [] : ['trailing-comma'];
  const row = parsed(plain);
  if (!row) return plain === text || !isJson(plain) ? { text, fixes: [] } : { text: plain, fixes };
  const chat = fixedChat(row);
  if (chat.fixes.length === 0) return { text: plain, fixes };
  const written = JSON.stringify(chat.row);
  // A number that JavaScript writes otherwise, and a key that stands twice, would be lost.
  if (numbersIn(written) !== numbersIn(plain) || duplicateKey(plain, keysOf(row)) >= 0) return { text: plain, fixes };
  return { text: written, fixes: [...fixes, ...chat.fixes] };
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

type Row = Record<string, unknown>;
const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function fixedChat(row: Row): { row: Row; fixes: RowFix[] } {
  const column = ['messages', 'conversations', 'conversation'].find((name) => Array.isArray(row[name]));
  const list = column === undefined ? [] : (row[column] as unknown[]);
  if (column === undefined || list.length === 0 || !list.every(isRow)) return { row, fixes: [] };
  const isForeign = list.every((message) => 'from' in message && 'value' in message && !('role' in message) && !('content' in message));
  const fixes = new Set<RowFix>(isForeign ? ['sharegpt'] : []);
  const messages = list.map((message) => {
    const { from, value, ...more } = message;
    const named: Row = isForeign ? { role: from, content: value, ...more } : message;
    const role = meantRole(named['role']);
    if (role === undefined) return named;
    if (!isForeign) fixes.add('role-name');
    return { ...named, role };
  });
  if (fixes.size === 0) return { row, fixes: [] };
  // In its place, so that the columns keep their order; never over another column.
  if (isForeign && column !== 'messages' && 'messages' in row) return { row, fixes: [] };
  const renamed = Object.entries(row).map(([name, value]) => (name === column ? [isForeign ? 'messages' : name, messages] : [name, value]));
  return { row: Object.fromEntries(renamed), fixes: [...fixes] };
}

const numbersIn = (text: string): string =>
  text
    .replace(/"(?:[^"\\]|\\[\s\S])*"/g, '')
    .match(/-?\d[\d.eE+-]*/g)
    ?.join() ?? '';

function keysOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + keysOf(each), 0);
  return isRow(value) ? Object.values(value).reduce((sum: number, each) => sum + 1 + keysOf(each), 0) : 0;
}
