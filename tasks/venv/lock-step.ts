import type { Context } from '../core/context';
import type { Finding, Step } from '../core/step';
import { plural } from '../core/text';
import { lockObstacle } from './assess';
import type { EnvironmentDefinition } from './definition';
import { lockState } from './lock-state';
import { makeLock } from './make-lock';

/** The step that keeps a lock in step with its requirements. `--upgrade` takes newer versions. */
export function lockStep(name: string, define: (context: Context) => EnvironmentDefinition): Step {
  const upgrades = (context: Context) => context.option('upgrade') !== undefined;
  let upgraded = false;
  return {
    name,
    title: 'Make the lock',
    async check(context): Promise<Finding> {
      const definition = define(context);
      const lock = lockState(context, definition);
      if (lock.state === 'blocked') {
        // A corrupt one is what this task mends, when it is asked to.
        return lock.code === 'E_LOCK_CORRUPT' && context.forced(name) && !context.locked ? { state: 'todo', found: lock.found } : lock;
      }
      if (lock.state === 'stale') {
        const obstacle = await lockObstacle(context, definition, lock);
        return obstacle ?? { state: 'todo', found: lock.found, ...(lock.changed.length > 0 ? { changed: lock.changed } : {}) };
      }
      if (upgrades(context) && !upgraded) return { state: 'todo', found: `\`${definition.lock}\` may hold older versions` };
      const count = new Set(lock.packages.map((one) => one.name)).size;
      return {
        state: 'done',
        found: `\`${definition.lock}\` is made of \`${definition.requirements}\` as it is now, ${plural(count, 'package')}`,
      };
    },
    async plan(context) {
      const definition = define(context);
      return [
        {
          title: `make \`${definition.lock}\` from \`${definition.requirements}\` with uv`,
          async run(now) {
            await makeLock(now, definition, upgrades(now));
            upgraded = true;
          },
        },
      ];
    },
  };
}
