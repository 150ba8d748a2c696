import type { TaskFunction } from 'just-task';
import type { Step } from './step';

/** A step without a look, made of any just task: it runs each time. */
export function stepOf(task: TaskFunction, index: number): Step<'not run'> {
  const name = (task as { displayName?: string }).displayName || task.name || `task-${index + 1}`;
  return {
    name,
    title: `Run ${name}`,
    check: async (_, __, ___, before) =>
      before ? { state: 'done', found: 'has run' } : { state: 'todo', found: 'runs every time', seen: 'not run' },
    plan: async () => [{ title: `run \`${name}\``, run: () => runPlain(task) }],
  };
}

async function runPlain(task: TaskFunction): Promise<void> {
  if (task.length > 0)
    return new Promise(
      (resolve, reject) => void (task as (done: (error?: Error) => void) => void)((error) => (error ? reject(error) : resolve())),
    );
  const made: unknown = await (task as unknown as () => unknown)();
  if (typeof made === 'function') await runPlain(made as TaskFunction);
}
