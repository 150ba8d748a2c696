import type { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Blocked, Depth } from '../../engine/step';
import { loaderFault } from '../python/loader-fault';
import { noexecObstacle } from '../python/noexec';
import type { EnvironmentDefinition } from './definition';
import { targetOf } from './definition';
import { foreignPlace } from './foreign';
import { type LockState, lockState } from './lock/lock-state';
import { checkEnvironment, type EnvironmentHealth, isBuilt } from './packages/look';
import { canBringPython, noUv, pythonNotFound, toolsFor } from './tools';

/** The lock and the environment, looked at together. */
export interface Assessment {
  lock: Exclude<LockState, { state: 'blocked' }>;
  health: EnvironmentHealth;
}

/** A look at both. @returns a finding where a person must act first */
export async function assess(context: Context, definition: EnvironmentDefinition, depth: Depth): Promise<Assessment | Blocked> {
  const lock = lockState(context, definition);
  if (lock.state === 'blocked') return lock;
  if (lock.state === 'stale') {
    const obstacle = await lockObstacle(context, definition, lock);
    if (obstacle) return obstacle;
  }
  const health = await checkEnvironment(context, definition, lock.packages, depth);
  if (health.kind === 'foreign') return { state: 'blocked', ...foreignPlace(context, health) };
  if (isBuilt(health)) {
    const loader = health.kind === 'rebuild' ? loaderFault(context.host, health.found) : undefined;
    if (loader) return { state: 'blocked', needed: 'a Python that starts', ...loader, found: `${health.found}: ${loader.found}` };
    const setting = definition.task === 'env:local' ? 'environments.local.path' : 'remote.path';
    const obstacle = noexecObstacle(context, targetOf(context, definition), setting) ?? (await buildObstacle(context, definition));
    if (obstacle) return obstacle;
  }
  return { lock, health };
}

/** Why a lock that is out of date cannot be made again. */
export async function lockObstacle(
  context: Context,
  definition: EnvironmentDefinition,
  { found, changed }: Extract<LockState, { state: 'stale' }>,
): Promise<Blocked | undefined> {
  const why = changed.length > 0 ? `${found}: ${changed.join(', ')}` : found;
  const refused = (fix: string): Blocked => ({
    state: 'blocked',
    code: 'E_LOCK_STALE',
    found: why,
    needed: 'a lock that fits its requirements',
    fix,
  });
  if (context.locked)
    return refused(`\`npx just ${definition.lockTask}\` where neither \`--locked\` nor CI is set, then commit \`${definition.lock}\``);
  const { uv, canFetch } = await toolsFor(context, definition);
  return uv || canFetch ? undefined : refused(`\`npx just ${definition.lockTask} --set python.installer=auto\`, which takes uv`);
}

async function buildObstacle(context: Context, definition: EnvironmentDefinition): Promise<Blocked | undefined> {
  const tools = await toolsFor(context, definition);
  if (context.settings.setup.python.installer === 'uv' && !tools.uv && !tools.canFetch) return blocked(noUv(context));
  if (tools.search.python || canBringPython(context, tools)) return undefined;
  const table = [['tried', 'why not'], ...tools.search.tried.map(({ what, why }) => [what, why])];
  return { ...blocked(pythonNotFound(context, definition, tools)), ...(table.length > 1 ? { table } : {}) };
}

const blocked = ({ fault }: UserError): Blocked => ({
  state: 'blocked',
  code: fault.code,
  found: fault.found,
  needed: fault.needed ?? 'a machine that can build it',
  fix: fault.fix,
});

/** The folder of an environment as a message shows it. */
export const environmentName = (context: Context, definition: EnvironmentDefinition): string =>
  shown(context.root, targetOf(context, definition));
