import { defineTask, type LoraTask } from './cli/task';

/** Looks at the rows that a training gets. */
export function dataCheckTask(): LoraTask {
  return defineTask({
    name: 'data:check',
    description: 'Look for what a training would stumble over in the data',
    details:
      'Reads every row of data/processed (JSONL, JSON, .gz): whether Python and datasets take it, and what trl and the chat templates of the models make of it. What was found is remembered until a file changes; `--force` looks again. Exit code 1 where something is wrong.',
    example: 'npx just data:check --json',
    items: () => [(require('./data/data-step') as typeof import('./data/data-step')).dataStep('block')],
  });
}
