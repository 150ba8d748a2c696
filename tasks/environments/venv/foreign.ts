import * as path from 'node:path';
import { type Fault, UserError } from '../../common/errors';
import { moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import { below, projectPaths, shown } from '../../engine/paths';
import type { EnvironmentDefinition } from './definition';

/** Something of somebody else's has a name that we need: it is never touched. */
export function foreignFault(context: Context, obstacle: string, found: string, needed: string): Fault & { needed: string } {
  return { code: 'E_VENV_FOREIGN', found, needed, fix: moveAside(context, obstacle) };
}

/** The setting that says where an environment is. */
export const placeSetting = ({ task }: Pick<EnvironmentDefinition, 'task'>): string =>
  task === 'env:local' ? 'environments.local.path' : 'remote.path';

/** Somebody else's folder stands where the environment itself should be. What the project needs there is not to be moved: the setting is wrong. */
export function foreignPlace(
  context: Context,
  { task }: Pick<EnvironmentDefinition, 'task'>,
  { found, obstacle }: { found: string; obstacle: string },
): Fault & { needed: string } {
  const needed = 'a free place, or an environment that just-lora made';
  const setting = placeSetting({ task });
  const isOfProject = [context.root, path.join(context.root, 'configs'), ...Object.values(projectPaths(context))].some(
    (each) => each === obstacle || below(obstacle, each) !== undefined,
  );
  const elsewhere = `name a folder of its own: \`--set ${setting}=${task === 'env:local' ? '.venv-local' : '.venv-remote'}\`, for good in configs/setup.yaml`;
  if (isOfProject) return { code: 'E_VENV_FOREIGN', found, needed, fix: elsewhere };
  const { fix, ...fault } = foreignFault(context, obstacle, found, needed);
  return { ...fault, fix: `${fix}\nor name another folder with the setting \`${setting}\`` };
}

/** @throws UserError E_VENV_FOREIGN where something is in the way of what waits beside an environment */
export function refuseForeign(context: Context, aside: string): void {
  if (!context.host.files.lstat(aside)) return;
  const found = `\`${shown(context.root, aside)}\` is in the way, and just-lora did not make it`;
  throw new UserError(foreignFault(context, aside, found, 'a place for the environment before, until the new one stands'));
}
