import * as fs from 'node:fs';
import * as path from 'node:path';
import { repository, runJust } from '../support/project';

/** Makes `train` and `train:merge` of a folder real tasks, without the looks at an environment of gigabytes that they begin with. */
export function withTasks(root: string): void {
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
  fs.writeFileSync(
    path.join(root, 'just.config.ts'),
    `import { task } from 'just-task';
import { defineTask, trainMergeTask, trainTask } from '${repository}/tasks';
import { mergeStep } from '${repository}/tasks/training/merge-step';
import { trainingStep } from '${repository}/tasks/training/training-step';

for (const [{ definition }, step] of [[trainTask(), trainingStep], [trainMergeTask(), mergeStep]] as const)
  task(definition.name, definition.description, defineTask({ ...definition, items: [step] }));
`,
  );
}

/** What a run of one of them came to. */
export interface Ran {
  exitCode: number | null;
  state: string;
  code?: string;
  found: string;
  fix: string;
}

/** Runs one to its end: a process of its own. @param more variables */
export async function runTask(root: string, args: readonly string[], more: Record<string, string> = {}): Promise<Ran> {
  const env = { HOME: root, CUDA_VISIBLE_DEVICES: undefined, ...more };
  const { exitCode, stdout, stderr } = await runJust(root, [...args, '--json'], env);
  const { steps = [], error } = JSON.parse(stdout || '{}');
  const last = steps.at(-1) ?? error;
  if (!last) throw new Error(stderr);
  return { exitCode, ...last };
}

/** The first command of a cure, as a shell would split it. */
export const commandIn = (fix: string): string[] =>
  /`npx just ([^`]+)`/
    .exec(fix)?.[1]
    ?.split(' ')
    .map((word) => word.replaceAll("'", '')) ?? [];
