import { defineTask, type LoraTask } from './cli/task';

/** Looks at the rows that a training gets. */
export function dataCheckTask(): LoraTask {
  return defineTask({
    name: 'data:check',
    description: 'Find rows in the data that would break a training',
    details:
      'Reads every row of data/processed (JSONL, JSON, .gz, Parquet): whether Python and datasets take it, what trl and the chat templates of the models make of it, near duplicates and other languages than most. What was found is remembered until a file changes; `--force` looks again. Exit code 1 where something is wrong.',
    example: 'npx just data:check --json',
    items: () => [(require('./data/data-step') as typeof import('./data/data-step')).dataStep('block')],
  });
}

/** Mends in the data what has one right answer, each file into a new one beside it. */
export function dataFixTask(): LoraTask {
  return defineTask({
    name: 'data:fix',
    description: 'Mend in the data what has one right answer',
    details:
      'Writes NAME.fixed.jsonl beside each file of rows in data/processed that has something to mend: ShareGPT to messages, role names of other programs, a byte order mark, empty lines, trailing commas, rows that stand twice byte by byte. Nothing is written over, and what has no one right answer stays as it is and is named.',
    example: 'npx just data:fix --plan',
    items: () => [(require('./data/fix/fix-step') as typeof import('./data/fix/fix-step')).dataFixStep],
  });
}
