import type { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Blocked } from '../../engine/step';
import type { EnvironmentDefinition } from './definition';
import type { LockState } from './lock/lock-state';
import { canBringPython, noUv, pythonNotFound, toolsFor } from './tools';

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

/** Why an environment cannot be built. */
export async function buildObstacle(context: Context, definition: EnvironmentDefinition): Promise<Blocked | undefined> {
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
