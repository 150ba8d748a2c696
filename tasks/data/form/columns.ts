import { deepest } from './depth';
import { isTimestamp } from './timestamps';

/**
 * What the values of one column of a block are, as pyarrow's reader keeps it (cpp/src/arrow/json, `Kind`): one kind beside null,
 * integers become doubles beside a number with a point, dates become texts beside another text.
 */
export interface Column {
  kind: 'null' | 'boolean' | 'number' | 'string' | 'list' | 'struct';
  /** Rows, items or objects that have a value here, null among them. */
  count: number;
  nulls: number;
  /** A number with a point or beyond 64 bits. */
  double?: boolean;
  /** A text that is no date: the others are texts then too. */
  text?: boolean;
  item?: Column;
  fields?: Map<string, Column>;
}

/** Two types in one column: where the second one came. */
export interface TypeConflict {
  /** `messages[].content`. */
  column: string;
  from: Column['kind'];
  to: Column['kind'];
}

export const newColumn = (): Column => ({ kind: 'null', count: 0, nulls: 0 });

/** What the walk over a value found besides its types. */
export interface Walked {
  keys: number;
  conflict?: TypeConflict;
  /** A number beyond a double. */
  infinite?: boolean;
  /** An integer beyond 64 bits. */
  large?: boolean;
  deepest: number;
}

const least = -(2 ** 63);
const most = 2 ** 63;

/** Adds a row to the type of its block. The number of keys is what the look for keys that stand twice goes by. */
export function addValue(column: Column, value: unknown, walked: Walked, path: string, depth = 0): void {
  column.count++;
  if (depth > walked.deepest) walked.deepest = depth;
  // No reader takes such a row, and there is no room to go on.
  if (depth > deepest) return;
  if (value === null) {
    column.nulls++;
    return;
  }
  if (typeof value === 'string') {
    if (is(column, 'string', walked, path) && !column.text) column.text = !isTimestamp(value);
  } else if (typeof value === 'number') {
    if (!is(column, 'number', walked, path)) return;
    if (!Number.isInteger(value)) {
      column.double = true;
      if (!Number.isFinite(value)) walked.infinite = true;
    } else if (value < least || value >= most) {
      column.double = true;
      walked.large = true;
    }
  } else if (typeof value === 'boolean') is(column, 'boolean', walked, path);
  else if (Array.isArray(value)) {
    if (is(column, 'list', walked, path)) column.item ??= newColumn();
    // Keys are counted and numbers judged all the same where it is a second type.
    const item = column.kind === 'list' && column.item ? column.item : newColumn();
    const below = `${path}[]`;
    for (const each of value) addValue(item, each, walked, below, depth + 1);
  } else addFields(is(column, 'struct', walked, path) ? column : newColumn(), value as Record<string, unknown>, walked, path, depth);
}

function addFields(column: Column, value: Record<string, unknown>, walked: Walked, path: string, depth: number): void {
  column.fields ??= new Map();
  for (const key in value) {
    walked.keys++;
    let field = column.fields.get(key);
    if (!field) {
      field = newColumn();
      column.fields.set(key, field);
    }
    addValue(field, value[key], walked, path === '' ? key : `${path}.${key}`, depth + 1);
  }
}

function is(column: Column, kind: Column['kind'], walked: Walked, path: string): boolean {
  if (column.kind === kind) return true;
  if (column.kind !== 'null') {
    walked.conflict ??= { column: path, from: column.kind, to: kind };
    return false;
  }
  column.kind = kind;
  return true;
}
