import type { SchemaTree } from 'hyparquet' with { 'resolution-mode': 'import' };
import type { ArrowType } from '../form/arrow-type';
import type { Library } from './library';

/** The type of a column, as pyarrow reads it from the schema of the file. */
export function schemaType(tree: SchemaTree, library: Pick<Library, 'isList' | 'isMap'>): ArrowType {
  const { children, element } = tree;
  const [child] = children;
  if (child && library.isList(tree))
    return { is: 'list', item: schemaType(child.children.length === 1 ? (child.children[0] as SchemaTree) : child, library) };
  if (child && library.isMap(tree)) return { is: 'list', item: structType(child, library) };
  if (children.length > 0) return structType(tree, library);
  const item = leafType(element);
  return element.repetition_type === 'REPEATED' ? { is: 'list', item } : item;
}

const structType = ({ children }: SchemaTree, library: Pick<Library, 'isList' | 'isMap'>): ArrowType => ({
  is: 'struct',
  fields: Object.fromEntries(children.map((each) => [each.element.name, schemaType(each, library)])),
});

function leafType({ type, converted_type: converted, logical_type: logical }: SchemaTree['element']): ArrowType {
  if (logical?.type === 'NULL') return { is: 'null' };
  if (type === 'INT96' || logical?.type === 'TIMESTAMP' || logical?.type === 'DATE' || converted === 'DATE') return { is: 'timestamp' };
  if (converted?.startsWith('TIMESTAMP')) return { is: 'timestamp' };
  if (converted === 'DECIMAL' || type === 'FLOAT' || type === 'DOUBLE') return { is: 'double' };
  if (type === 'BOOLEAN') return { is: 'bool' };
  return { is: type === 'INT32' || type === 'INT64' ? 'int64' : 'string' };
}
