import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Blocked } from '../../engine/step';
import { loaderFault } from '../python/loader-fault';
import { noexecObstacle } from '../python/noexec';
import type { EnvironmentDefinition } from './definition';
import { targetOf } from './definition';
import { foreignPlace, placeSetting } from './foreign';
import { type LockState, lockState } from './lock/lock-state';
import { keptAdditions } from './packages/keep-additions';
import { checkEnvironment, type EnvironmentHealth, isBuilt, type LookDepth } from './packages/look';

/** The lock and the environment, looked at together. */
export interface Assessment {
  lock: Exclude<LockState, { state: 'blocked' }>;
  health: EnvironmentHealth;
  /** What is kept beside it of what a person had added to an environment before. */
  additions: readonly string[];
}

/** Loaded where something is to be built. */
const obstacles = () => require('./build-obstacles') as typeof import('./build-obstacles');

/** A look at both. @returns a finding where a person must act first */
export async function assess(context: Context, definition: EnvironmentDefinition, depth: LookDepth): Promise<Assessment | Blocked> {
  const lock = lockState(context, definition);
  if (lock.state === 'blocked') return lock;
  if (lock.state === 'stale') {
    const obstacle = await obstacles().lockObstacle(context, definition, lock);
    if (obstacle) return obstacle;
  }
  const health = await checkEnvironment(context, definition, lock.packages, depth);
  if (health.kind === 'foreign') return { state: 'blocked', ...(await foreignPlace(context, definition, health.found)) };
  if (isBuilt(health)) {
    const loader = health.kind === 'rebuild' ? loaderFault(context.host, health.found) : undefined;
    if (loader) return { state: 'blocked', needed: 'a Python that starts', ...loader, found: `${health.found}: ${loader.found}` };
    const obstacle =
      noexecObstacle(context, targetOf(context, definition), placeSetting(definition)) ??
      (await obstacles().buildObstacle(context, definition));
    if (obstacle) return obstacle;
  }
  return { lock, health, additions: keptAdditions(context, targetOf(context, definition)) };
}

/** The folder of an environment as a message shows it. */
export const environmentName = (context: Context, definition: EnvironmentDefinition): string =>
  shown(context.root, targetOf(context, definition));
