import type { TaskFunction } from 'just-task';
import type { Context } from '../engine/context';
import type { Step } from '../engine/step';
import type { TaskDefinition } from '../engine/task-definition';
import { execute } from './execute';
import { machineTasks } from './on/typed-here';
import { keepStdoutForJson, wantsJson } from './output';

/** A just task that carries its steps, so that others can be composed of them. */
export interface LoraTask extends TaskFunction {
  steps(context: Context): readonly Step[];
  readonly definition: TaskDefinition;
}

/** Makes a just task of steps: options, settings, lock, view, record and exit code are the same for all. */
export function defineTask(definition: TaskDefinition): LoraTask {
  const itemsFor = (context: Context) => (typeof definition.items === 'function' ? definition.items(context) : definition.items);
  if (definition.onMachines) machineTasks.add(definition.name);
  // just says `started` on stdout before it calls the task: by then it would be too late.
  if (wantsJson()) keepStdoutForJson();
  // just hands a callback to a function with a parameter and waits for it for ever: none here.
  const task = () => execute(definition, itemsFor);
  return Object.assign(task as TaskFunction, { steps: itemsFor, definition }) as LoraTask;
}
