import { plural } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Finding, Step } from '../../engine/step';
import type { EnvironmentDefinition } from './definition';
import { lockState } from './lock/lock-state';

/** Loaded where one is made. */
const maker = () => require('./lock/make-lock') as typeof import('./lock/make-lock');

/** The step that keeps a lock in step with its requirements. `--upgrade` takes newer versions. */
export function lockStep(name: string, define: (context: Context) => EnvironmentDefinition): Step<EnvironmentDefinition> {
  const upgrades = (context: Context) => context.option('upgrade') !== undefined;
  const look = async (context: Context, definition: EnvironmentDefinition, isMade: boolean): Promise<Finding> => {
    const lock = lockState(context, definition);
    if (lock.state === 'blocked') {
      // A corrupt one is what this task mends, when it is asked to.
      return lock.code === 'E_LOCK_CORRUPT' && context.forced(name) && !context.locked ? { state: 'todo', found: lock.found } : lock;
    }
    if (lock.state === 'stale') {
      const { lockObstacle } = require('./build-obstacles') as typeof import('./build-obstacles');
      const obstacle = await lockObstacle(context, definition, lock);
      return obstacle ?? { state: 'todo', found: lock.found, ...(lock.changed.length > 0 ? { changed: lock.changed } : {}) };
    }
    if (upgrades(context) && !isMade) return { state: 'todo', found: `\`${definition.lock}\` may hold older versions` };
    const count = new Set(lock.packages.map((one) => one.name)).size;
    return {
      state: 'done',
      found: `\`${definition.lock}\` is made of \`${definition.requirements}\` as it is now, ${plural(count, 'package')}`,
    };
  };
  return {
    name,
    title: 'Make the lock',
    async check(context, _, __, before) {
      const definition = define(context);
      return { ...(await look(context, definition, before !== undefined)), seen: definition };
    },
    async plan(context, definition = define(context)) {
      const title = `make \`${definition.lock}\` from \`${definition.requirements}\` with uv`;
      return [{ title, run: (now) => maker().makeLock(now, definition, upgrades(now)) }];
    },
  };
}
