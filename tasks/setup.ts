import type { TaskFunction } from 'just-task';
import { defineTask, type LoraTask } from './cli/task';
import type { Context } from './engine/context';
import { stepOf } from './engine/plain-task';
import type { Step } from './engine/step';
import type { TaskDefinition } from './engine/task-definition';

type Part = LoraTask | TaskFunction;

export interface SetupTaskOptions extends Partial<Omit<TaskDefinition, 'items'>> {
  name: string;
}

/**
 * One task of several: their steps run in one view, with one summary, one record and one lock.
 * A plain just task without steps is accepted and runs each time.
 */
export function setupTask(parts: readonly Part[], options: SetupTaskOptions): LoraTask {
  return defineTask({
    description: `Run ${parts.length} tasks as one`,
    details: '',
    example: `npx just ${options.name} --plan`,
    ...options,
    items: (context) => once(parts.flatMap((part, index) => stepsIn(part, index, context))),
  });
}

/** `validate` looks at steps that stand before it too: in one run each is done once, where it stands first. */
function once(steps: readonly Step[]): readonly Step[] {
  const names = new Set<string>();
  return steps.filter(({ name }) => !names.has(name) && names.add(name));
}

function stepsIn(part: Part, index: number, context: Context): readonly Step[] {
  return 'steps' in part ? part.steps(context) : [stepOf(part, index)];
}
