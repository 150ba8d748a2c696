import type { SchemaTree } from 'hyparquet' with { 'resolution-mode': 'import' };
import type { ForeignColumn } from './arrow-schema';

/** Types that no datasets up to 5.2.0 has a word for; bytes of one length, of which an interval is one, have one since 4. */
const refusedByAll: readonly string[] = ['map', 'uuid'];

/**
 * The first column that pyarrow reads from the schema of the file as a type that datasets has no word for, whatever else the file says
 * of it: DuckDB, Spark and others leave no schema of Arrow there.
 * @param byNew whether datasets 4 and newer refuse it too
 */
export const foreignInSchema = (tree: SchemaTree, byNew: boolean): ForeignColumn | undefined =>
  firstOf(tree, (type) => !byNew || refusedByAll.includes(type));

/** The first name that two columns beside each other have: datasets refuses the file, and a row holds the last of them. */
export function nameTwice({ children }: SchemaTree): string | undefined {
  const names = children.map(({ element }) => element.name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  return twice ?? children.map(nameTwice).find((each) => each !== undefined);
}

function foreignType({ element }: SchemaTree): string | undefined {
  const { type, converted_type: converted, logical_type: logical, type_length: length } = element;
  if (converted === 'MAP' || converted === 'MAP_KEY_VALUE' || logical?.type === 'MAP') return 'map';
  if (logical?.type === 'UUID') return 'uuid';
  if (converted === 'INTERVAL') return 'interval';
  const isBytes = type === 'FIXED_LEN_BYTE_ARRAY' && converted !== 'DECIMAL' && logical?.type !== 'DECIMAL';
  return isBytes ? `fixed_size_binary[${length ?? 0}]` : undefined;
}

function firstOf({ children }: SchemaTree, isMeant: (type: string) => boolean, path = ''): ForeignColumn | undefined {
  for (const child of children) {
    const column = path === '' ? child.element.name : `${path}.${child.element.name}`;
    const type = foreignType(child);
    const found = type === undefined || !isMeant(type) ? firstOf(child, isMeant, column) : { column, type };
    if (found) return found;
  }
  return undefined;
}
