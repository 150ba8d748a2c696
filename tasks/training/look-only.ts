import { commandOf } from '../engine/command';
import type { Step } from '../engine/step';

/** A step that another task acts on: here it is only looked at, and what is to do ends the run with that task's name. */
export function lookOnly({ name, title, check }: Step): Step {
  return {
    name,
    title,
    async check(context, depth, tell) {
      const { seen: _, ...finding } = await check(context, depth, tell);
      if (finding.state !== 'todo') return finding;
      const { found, code = 'E_NOT_DONE', fix = `\`${commandOf(context, name)}\``, changed: __, ...rest } = finding;
      return { ...rest, state: 'blocked', code, found, needed: 'this before it', fix };
    },
  };
}
