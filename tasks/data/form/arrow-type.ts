import type { Column } from './columns';

/** The type that a block's column gets, as a plain value: it goes from a worker to the others. */
export type ArrowType =
  | { is: 'null' | 'bool' | 'int64' | 'double' | 'string' | 'timestamp' }
  | { is: 'list'; item: ArrowType }
  | { is: 'struct'; fields: Record<string, ArrowType> };

/**
 * The type of a column, as pyarrow infers it.
 * @param dates whether texts that are all dates become timestamps: they do not where datasets reads a list of rows (`from_pydict`)
 */
export function arrowType(column: Column, dates: boolean): ArrowType {
  switch (column.kind) {
    case 'null':
      return { is: 'null' };
    case 'boolean':
      return { is: 'bool' };
    case 'number':
      return { is: column.double ? 'double' : 'int64' };
    case 'string':
      return { is: dates && !column.text ? 'timestamp' : 'string' };
    case 'list':
      return { is: 'list', item: column.item ? arrowType(column.item, dates) : { is: 'null' } };
    case 'struct':
      return {
        is: 'struct',
        fields: Object.fromEntries([...(column.fields ?? [])].map(([name, field]) => [name, arrowType(field, dates)])),
      };
  }
}

/** The columns that are timestamps, `messages[].content`. */
export function timestampColumns(type: ArrowType, path = ''): string[] {
  if (type.is === 'timestamp') return [path];
  if (type.is === 'list') return timestampColumns(type.item, `${path}[]`);
  if (type.is !== 'struct') return [];
  return Object.entries(type.fields).flatMap(([name, field]) => timestampColumns(field, path === '' ? name : `${path}.${name}`));
}

/** Why the columns of a later block do not go into those of the first. */
export interface CastFault {
  kind: 'block-types' | 'block-columns';
  column: string;
  says: string;
}

/**
 * Whether datasets 2.15 casts a block to the type of the first one (table.py: `cast_table_to_schema`, `cast_array_to_feature`,
 * with numbers becoming texts where a text is asked for).
 * @returns the first column that does not fit
 */
export function castFault(first: ArrowType, later: ArrowType, path = ''): CastFault | undefined {
  if (later.is === first.is && later.is !== 'list' && later.is !== 'struct') return undefined;
  const fault = (kind: CastFault['kind'], says: string): CastFault => ({ kind, column: path, says });
  if (first.is === 'struct' && later.is === 'struct') {
    const [here, there] = [Object.keys(first.fields), Object.keys(later.fields)];
    const gone = here.find((name) => !(name in later.fields));
    const added = there.find((name) => !(name in first.fields));
    const named = (name: string) => (path === '' ? name : `${path}.${name}`);
    if (added !== undefined) return { ...fault('block-columns', 'is not there in the first'), column: named(added) };
    if (gone !== undefined) return { ...fault('block-columns', 'is only there in the first'), column: named(gone) };
    for (const name of here) {
      const inner = castFault(first.fields[name] as ArrowType, later.fields[name] as ArrowType, named(name));
      if (inner) return inner;
    }
    return undefined;
  }
  if (first.is === 'list' && later.is === 'list') return castFault(first.item, later.item, `${path}[]`);
  if (later.is === 'null' || (first.is === 'double' && later.is === 'int64')) return undefined;
  // Numbers and points of time become text, without a word.
  if (first.is === 'string' && (later.is === 'int64' || later.is === 'double' || later.is === 'timestamp')) return undefined;
  return fault('block-types', `is ${later.is} where the first has ${first.is}`);
}
