import * as fs from 'node:fs';
import * as path from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { renamed } from '../tasks/settings/read/renamed-settings';
import { definition } from '../tasks/settings/schema/definition';
import { settingsTable, withTable } from './settings-table';

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode;
  'x-renamed'?: Record<string, string>;
}

/** The JSON Schemas of the settings, by file name, as they belong into configs/schemas. */
export function schemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(definition.entries).map(([part, schema]) => {
      const json = { title: `just-lora ${part}`, ...toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' }) } as Record<
        string,
        unknown
      >;
      withOldNames(json, part);
      // Editors would mark the comments that strict JSON allows only as keys.
      if (part === 'paths') json.patternProperties = { '^//': {} };
      return [`${part}.schema.json`, `${JSON.stringify(json, null, 2)}\n`];
    }),
  );
}

/** The old names of settings, where the loader in Python looks for them: beside the new ones. */
function withOldNames(json: object, part: string): void {
  for (const { under, from, to } of renamed.filter((each) => each.under[0] === part)) {
    const schema = under
      .slice(1)
      .reduce<SchemaNode | undefined>((node, key) => (key === '*' ? node?.additionalProperties : node?.properties?.[key]), json);
    if (!schema?.properties?.[to]) throw new Error(`tasks/settings/read/renamed-settings.ts: there is no ${[...under, to].join('.')}`);
    schema['x-renamed'] = { ...schema['x-renamed'], [from]: to };
  }
}

/** docs/CONFIGURATION.md with its tables as the definition says. */
export function configurationDocument(): string {
  return withTable(fs.readFileSync(documentFile, 'utf8'), settingsTable(schemas()));
}

export const documentFile = path.join(__dirname, '..', 'docs', 'CONFIGURATION.md');

if (require.main === module) {
  for (const [name, text] of Object.entries(schemas())) fs.writeFileSync(path.join(__dirname, '..', 'configs', 'schemas', name), text);
  fs.writeFileSync(documentFile, configurationDocument());
}
