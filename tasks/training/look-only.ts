import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import type { Step } from '../engine/step';

/**
 * A step that another task acts on: here it is only looked at, and what is to do ends the run with that task's name.
 * @param command of that task, where its name is not all of it
 */
export function lookOnly({ name, title, check }: Step, command?: (context: Context) => Promise<string>): Step {
  return {
    name,
    title,
    async check(context, depth, tell) {
      const { seen: _, ...finding } = await check(context, depth, tell);
      if (finding.state !== 'todo') return finding;
      const { found, code = 'E_NOT_DONE', changed: __, ...rest } = finding;
      const fix = finding.fix ?? `\`${(await command?.(context)) ?? commandOf(context, name)}\``;
      return { ...rest, state: 'blocked', code, found, needed: 'this before it', fix };
    },
  };
}
