import { type Fields, fieldsOf, tryParse } from '../../untrusted/json';

/** Types of columns that datasets 2.15.0 knows (features/features.py, `_FEATURE_TYPES` and what `generate_from_dict` takes). */
const known: ReadonlySet<unknown> = new Set([
  'Value',
  'ClassLabel',
  'Translation',
  'TranslationVariableLanguages',
  'Sequence',
  'Array2D',
  'Array3D',
  'Array4D',
  'Array5D',
  'Audio',
  'Image',
]);

/**
 * A type of column that datasets before 4 does not know, in what datasets wrote of the columns into a file: 4.0.0 calls a list `List`.
 * Older ones raise `TypeError: must be called with a dataclass type or instance` then, without the file's name.
 * @param written the value of `huggingface` in the metadata of the file
 */
export function newerFeature(written: string | undefined): { column: string; type: string } | undefined {
  const features = fieldsOf(fieldsOf(fieldsOf(tryParse(written))?.['info'])?.['features']);
  return features && newerIn(features, '');
}

function newerIn(value: unknown, column: string): { column: string; type: string } | undefined {
  if (Array.isArray(value)) return value.map((each) => newerIn(each, column)).find(Boolean);
  const fields: Fields | undefined = fieldsOf(value);
  if (!fields) return undefined;
  const type = fields['_type'];
  if (typeof type === 'string' && !known.has(type)) return { column, type: type.slice(0, 40) };
  for (const [name, each] of Object.entries(fields)) {
    const found = newerIn(each, typeof type === 'string' || column === '' ? column || name : `${column}.${name}`);
    if (found) return found;
  }
  return undefined;
}
