import * as fs from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { memoryNeeds, needRows } from '../tasks/gpu/estimate-step';
import { shapeOf } from '../tasks/gpu/memory/shape';
import { memoryConfigOf } from '../tasks/gpu/memory/training-memory-config';
import { definition } from '../tasks/settings/schema/definition';

/** Writes the table of docs/GPU.md: what the default models need with the default settings. `npm run memory` */
const page = path.join(__dirname, '..', 'docs', 'GPU.md');
const [begin, end] = ['<!-- table: npm run memory -->\n', '<!-- end of table -->'];

/** The table as Markdown. */
export function table(): string {
  const { setup, training } = v.parse(definition, { setup: {}, paths: {}, training: {} });
  // The known shapes, whatever this machine has downloaded.
  const host = { files: { readText: () => undefined } } as unknown as Parameters<typeof shapeOf>[0]['host'];
  const models = Object.entries(setup.models).map(([name, { repo = name }]) => ({
    name,
    shape: shapeOf({ host }, { repo, folder: '' })?.shape,
    // What the profile `compat` takes for both.
    attention: 'sdpa' as const,
  }));
  const [heading = [], ...rows] = needRows(memoryNeeds(models, memoryConfigOf(training)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(heading), line(heading.map((_, column) => (column < 3 ? '---' : '---:'))), ...rows.map(line)].join('');
}

/** The page with its table made anew. */
export function pageWithTable(text: string): string {
  const [before = '', rest = ''] = text.split(begin);
  return `${before}${begin}\n${table()}\n${end}${rest.split(end)[1] ?? ''}`;
}

if (require.main === module) fs.writeFileSync(page, pageWithTable(fs.readFileSync(page, 'utf8')));
