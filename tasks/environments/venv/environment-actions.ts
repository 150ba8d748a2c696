import { UserError } from '../../common/errors';
import { plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Action } from '../../engine/step';
import type { Interpreter } from '../python/interpreter/probe';
import { uvVersion } from '../python/uv-release';
import { type Assessment, environmentName } from './assess';
import { type EnvironmentDefinition, targetOf } from './definition';
import { ensureEnvironment } from './ensure-environment';
import type { Locked } from './lock/lock-file';
import { lockState } from './lock/lock-state';
import { makeLock } from './lock/make-lock';
import { backupPath, isCopyOf } from './packages/backup';
import { lockedFor } from './packages/compare';
import { additionsTitle } from './packages/keep-additions';
import { checkEnvironment, type EnvironmentHealth, isBuilt } from './packages/look';
import { keepTitle, wantedVariant } from './packages/variants';
import { canBringPython, pythonFor, toolsFor, uvFor } from './tools';

/** What brings an environment to what its lock says, as the look at it found it. @param forced build it again though nothing is wrong */
export async function actionsFor(
  context: Context,
  definition: EnvironmentDefinition,
  { lock, health }: Assessment,
  forced: boolean,
): Promise<Action[]> {
  const builds = isBuilt(health) || (health.kind === 'healthy' && forced);
  const installs = builds || health.kind === 'repair' || lock.state === 'stale';
  // Looking for uv and for a Python starts a dozen programs: one environment is put in the place of another without.
  const tools = installs ? await toolsFor(context, definition) : undefined;
  const actions: Action[] = [];
  if (tools && !tools.uv && tools.canFetch)
    actions.push({
      title: `fetch uv ${uvVersion} into the state folder (about 20 MB)`,
      run: async (now) => void (await uvFor(now, definition, lock.state === 'stale')),
    });
  if (tools && builds && !tools.search.python && canBringPython(context, tools))
    actions.push({
      title: `bring Python ${definition.pythonVersion} with uv (about 30 MB)`,
      run: async (now) => void (await pythonFor(now, definition)),
    });
  if (lock.state === 'stale')
    actions.push({ title: `make \`${definition.lock}\` from \`${definition.requirements}\``, run: (now) => makeLock(now, definition) });
  const title = titleOf(context, definition, { lock, health }, builds, tools?.search.python?.interpreter);
  actions.push({
    title,
    async run(now, progress) {
      if (lock.state === 'fresh') return ensureEnvironment(now, definition, { locked: lock.packages, health, anew: forced }, progress);
      // By the lock that was made just now the environment is another one than it was by the lock before.
      const made = lockState(now, definition);
      if (made.state !== 'fresh')
        throw new UserError({ code: 'E_LOCK_STALE', found: made.found, fix: `\`npx just ${definition.lockTask}\`` });
      const found = await checkEnvironment(now, definition, made.packages, forced ? 'full' : 'quick');
      await ensureEnvironment(now, definition, { locked: made.packages, health: found, anew: forced }, progress);
    },
  });
  return actions;
}

function titleOf(
  context: Context,
  definition: EnvironmentDefinition,
  { lock, health }: Pick<Assessment, 'lock' | 'health'>,
  builds: boolean,
  python: Interpreter | undefined,
): string {
  const name = `\`${environmentName(context, definition)}\``;
  const place = targetOf(context, definition);
  const stays = health.kind === 'other' && health.there ? keepTitle(context, place, health.there) : additionsTitle(context, place, place);
  if (health.kind === 'other' && health.back)
    return `put ${wantedVariant(definition)} back as ${name}${stays}; what differs from its lock is mended`;
  const count = lock.state === 'fresh' ? plural(countOf(lock.packages, python), 'package') : 'every package';
  if (builds) {
    const again = context.host.files.stat(place) ? 'rebuild' : 'build';
    return `${again} ${name} with Python ${python?.version ?? definition.pythonVersion} and ${count} of the lock${stays}`;
  }
  if (health.kind === 'leftover') {
    const aside = backupPath(place);
    const added = isCopyOf(context, aside, place) ? '' : additionsTitle(context, aside, place);
    return `remove the environment that was left beside ${name}${added}`;
  }
  if (health.kind === 'repair' && lock.state === 'fresh') return `bring ${name} in line with the lock: ${changesOf(health)}`;
  return `bring ${name} in line with the lock`;
}

const countOf = (packages: readonly Locked[], python: Interpreter | undefined): number =>
  python ? lockedFor(packages, python.markers).length : new Set(packages.map(({ name }) => name)).size;

function changesOf({ difference, damaged }: Extract<EnvironmentHealth, { kind: 'repair' }>): string {
  const install = [...difference.missing, ...difference.mismatched, ...damaged].map(({ name }) => name);
  const remove = difference.extra.map(({ name }) => name);
  return [...(install.length > 0 ? [`install ${some(install)}`] : []), ...(remove.length > 0 ? [`remove ${some(remove)}`] : [])].join(', ');
}
