import * as fs from 'node:fs';
import * as path from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { definition } from '../tasks/configuration/definition';
import { settingsTable, withTable } from './settings-table';

/** The JSON Schemas of the settings, by file name, as they belong into configs/schemas. */
export function schemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(definition.entries).map(([part, schema]) => {
      const json = { title: `just-lora ${part}`, ...toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' }) } as Record<
        string,
        unknown
      >;
      // Editors would mark the comments that strict JSON allows only as keys.
      if (part === 'paths') json.patternProperties = { '^//': {} };
      return [`${part}.schema.json`, `${JSON.stringify(json, null, 2)}\n`];
    }),
  );
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
