import { settingName } from '../tasks/settings/check/names';
import { sourcesFor } from '../tasks/settings/read/sources';

/** A node of a JSON Schema, as far as the settings use it. */
interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** Every setting with its default and what it means, as tables of docs/CONFIGURATION.md. */
export function settingsTable(schemas: Readonly<Record<string, string>>): string {
  return Object.entries(schemas)
    .map(([name, text]) => {
      const part = name.replace('.schema.json', '');
      const file = sourcesFor('local').find((source) => source.part === part)?.file;
      const rows = rowsOf(JSON.parse(text) as Schema, [part]);
      return [`### \`${file}\``, '', '| setting | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
    })
    .join('\n');
}

function rowsOf(schema: Schema, path: readonly string[]): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const keys = [...path, key];
    const record = typeof inner.additionalProperties === 'object' ? inner.additionalProperties : undefined;
    const nullable = inner.anyOf?.find(({ properties }) => properties);
    if (key === '$schema') return [];
    if (record) return [`| \`${settingName([...keys, 'NAME'])}\` | | ${inner.description} |`, ...rowsOf(record, [...keys, 'NAME'])];
    if (inner.properties) return rowsOf(inner, keys);
    if (nullable) return [`| \`${settingName(keys)}\` | \`null\` | ${inner.description} |`, ...rowsOf(nullable, keys)];
    const fallback = 'default' in inner ? `\`${JSON.stringify(inner.default)}\`` : '';
    return [`| \`${settingName(keys)}\` | ${fallback} | ${[inner.description, allowed(inner)].filter(Boolean).join('; ')} |`];
  });
}

function allowed({ enum: values, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string | undefined {
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ');
  const limits = [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`more than ${exclusiveMinimum}`]),
    // The billion that keeps counts exact is no limit that anybody meets.
    ...(maximum === undefined || maximum >= 1e9 ? [] : [`at most ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`less than ${exclusiveMaximum}`]),
  ];
  return limits.length > 0 ? limits.join(', ') : undefined;
}

const [begin, end] = ['<!-- made by `npm run schemas` from here -->', '<!-- to here -->'];

/** A document with the tables between its two marks. */
export function withTable(document: string, table: string): string {
  const [before, after] = [document.split(begin)[0], document.split(end)[1]];
  if (after === undefined) throw new Error('docs/CONFIGURATION.md has lost its marks');
  return `${before}${begin}\n\n${table}\n${end}${after}`;
}
