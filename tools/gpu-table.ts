import * as fs from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { bytes } from '../tasks/common/format';
import { memoryNeeds, needRows } from '../tasks/gpu/estimate-step';
import { estimate } from '../tasks/gpu/memory/memory';
import { shapeOf } from '../tasks/gpu/memory/shape';
import { memoryConfigOf, type TrainingMemoryConfig } from '../tasks/gpu/memory/training-memory-config';
import { type KnownShape, repositories } from '../tasks/knowledge/known-models';
import { definition } from '../tasks/settings/schema/definition';

import { measuredSteps, planOfLength, planOfStep, reportedLengths, shapes } from './measured-memory';

/** Writes the tables of docs/GPU.md: what the default models need with the default settings. `npm run memory` */
const page = path.join(__dirname, '..', 'docs', 'GPU.md');
const marks = (name: string) => [`<!-- ${name}: npm run memory -->\n`, `<!-- end of ${name} -->`] as const;

const asMarkdown = ([heading = [], ...rows]: readonly (readonly string[])[], words: number): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(heading), line(heading.map((_, column) => (column < words ? '---' : '---:'))), ...rows.map(line)].join('');
};

/** What the default models need: all of it computed. */
export function table(): string {
  const { setup, training } = v.parse(definition, { setup: {}, paths: {}, training: {} });
  // The known shapes, whatever this machine has downloaded.
  const host = { files: { readText: () => undefined } } as unknown as Parameters<typeof shapeOf>[0]['host'];
  const models = Object.entries(setup.models).map(([name, { repo = name }]) => ({
    name,
    shape: shapeOf({ host }, { repo, folder: '' }),
    // What the profile `compat` takes for both.
    attention: 'sdpa' as const,
  }));
  const [heading = [], ...rows] = needRows(memoryNeeds(models, memoryConfigOf(training)));
  return asMarkdown([[...heading, 'how'], ...rows.map((row) => [...row, 'computed'])], 3);
}

/** The estimate beside what others measured or reported. */
export function comparison(): string {
  const llama = repositories.find(({ repo, shape }) => shape && repo.test('meta-llama/llama-3.1-8b'))?.shape as KnownShape;
  const row = (name: string, plan: TrainingMemoryConfig, shape: KnownShape, there: number, how: string) => {
    const { total } = estimate(shape, plan);
    const weights = plan.fourBit ? '4-bit' : '16-bit';
    const off = Math.round((total / there - 1) * 100);
    return [
      ...[name, weights, plan.attention, String(plan.sequenceLength), String(plan.batchSize), how],
      ...[bytes(there), bytes(total), `${off > 0 ? '+' : ''}${off} %`],
    ];
  };
  return asMarkdown(
    [
      ['model', 'weights', 'attention', 'tokens', 'batch', 'how', 'process', 'estimate', 'off'],
      ...measuredSteps.map((step) => row(step.model, planOfStep(step), shapes[step.model], step.processGb * 1e9, 'measured')),
      ...reportedLengths.map(({ gib, tokens }) => row('llama-3.1-8b', planOfLength(tokens), llama, gib * 2 ** 30, 'reported')),
    ],
    6,
  );
}

/** The page with its tables made anew. */
export function pageWithTable(text: string): string {
  let page = text;
  for (const [name, made] of [
    ['table', table()],
    ['comparison', comparison()],
  ] as const) {
    const [begin, end] = marks(name);
    const [before = '', rest = ''] = page.split(begin);
    page = `${before}${begin}\n${made}\n${end}${rest.split(end)[1] ?? ''}`;
  }
  return page;
}

if (require.main === module) fs.writeFileSync(page, pageWithTable(fs.readFileSync(page, 'utf8')));
