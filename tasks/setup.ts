import type { TaskFunction } from 'just-task';
import type { Context } from './core/context';
import { stepOf } from './core/plain-task';
import type { Item, Step } from './core/step';
import { defineTask, type LoraTask } from './core/task';
import type { TaskDefinition } from './core/task-definition';

/** Tasks that may run at the same time inside of a `setupTask`. */
export interface TogetherTasks {
  together: readonly LoraTask[];
}

type Part = LoraTask | TaskFunction | TogetherTasks;

/** Marks tasks of a `setupTask` as independent of each other: long steps run side by side. */
export function together(...tasks: readonly LoraTask[]): TogetherTasks {
  return { together: tasks };
}

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
    items: (context) => once(parts.flatMap((part, index) => itemsOf(part, index, context))),
  });
}

/** `validate` looks at steps that stand before it too: in one run each is done once, where it stands first. */
function once(items: readonly Item[]): readonly Item[] {
  const names = new Set<string>();
  const isNew = ({ name }: Step) => !names.has(name) && names.add(name);
  return items.flatMap((item): Item[] => {
    if (!('together' in item)) return isNew(item) ? [item] : [];
    const together = item.together.filter(isNew);
    return together.length > 0 ? [{ together }] : [];
  });
}

function itemsOf(part: Part, index: number, context: Context): readonly Item[] {
  if ('together' in part)
    return [
      { together: part.together.flatMap((task) => task.steps(context)).flatMap((item) => ('together' in item ? item.together : [item])) },
    ];
  return 'steps' in part ? part.steps(context) : [stepOf(part, index)];
}
