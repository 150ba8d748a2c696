import { task } from 'just-task';
import { result } from './core/output';
import type { LoraTask } from './core/task';
import { mkdirsTask } from './mkdirs';
import { storageTask } from './storage';

/** Every task under its heading, in the order of `npx just`. */
const groups: Readonly<Record<string, readonly LoraTask[]>> = {
  'Single steps': [mkdirsTask(), storageTask()],
};

/** Registers every task of just-lora with just, and lists them by group where `npx just` names none. */
export function registerTasks(): void {
  for (const tasks of Object.values(groups)) for (const each of tasks) task(each.definition.name, each.definition.description, each);
  if (process.argv.slice(2).some((argument) => !argument.startsWith('-'))) return;
  // just prints its own list, in one heap, after the configuration is loaded.
  result(listOf(groups));
  process.exit(0);
}

function listOf(all: typeof groups): string {
  const width = Math.max(...Object.values(all).flatMap((tasks) => tasks.map(({ definition }) => definition.name.length)));
  const blocks = Object.entries(all).map(([heading, tasks]) =>
    [heading, ...tasks.map(({ definition: { name, description } }) => `  ${name.padEnd(width)}  ${description}`)].join('\n'),
  );
  return `npx just TASK [options]\n\n${blocks.join('\n\n')}\n\n\`npx just TASK --help\` explains a task and its options\n`;
}
