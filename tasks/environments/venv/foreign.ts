import * as path from 'node:path';
import { type Fault, UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import { freeName, moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import { isNeededElsewhere } from '../../engine/needed';
import { absolute, below, shown } from '../../engine/paths';
import { settingsFileOf } from '../../engine/settings-file';
import { isCondaEnvironment } from '../prefix/prefix';
import type { EnvironmentDefinition } from './definition';
import { readEnvironmentRecord } from './packages/environment-record';

/** Something of somebody else's has a name that we need: it is never touched. */
export function foreignFault(context: Context, obstacle: string, found: string, needed: string): Fault & { needed: string } {
  return { code: 'E_VENV_FOREIGN', found, needed, fix: moveAside(context, obstacle) };
}

/** The setting that says where an environment is. */
export const placeSetting = ({ task }: Pick<EnvironmentDefinition, 'task'>): string =>
  task === 'env:local' ? 'environments.local.path' : 'remote.path';

/**
 * Something of somebody else's stands where the environment itself should be. An environment may be moved aside, and of a link the
 * link alone; where it is anything else, or is needed as it is, the setting is wrong.
 */
export async function foreignPlace(
  context: Context,
  definition: Pick<EnvironmentDefinition, 'task' | 'path'>,
  found: string,
): Promise<Fault & { needed: string }> {
  const needed = 'a free place, or an environment that just-lora made';
  const setting = placeSetting(definition);
  const place = absolute(context, definition.path);
  if (isEnvironment(context, place) && !(await isNeededElsewhere(context, place))) {
    const { fix, ...fault } = foreignFault(context, place, found, needed);
    return { ...fault, fix: `${fix}\nor name another folder with the setting \`${setting}\`` };
  }
  const command = `npx just ${definition.task} --set ${setting}=${shellWord(freePlace(context, definition))}`;
  return {
    code: 'E_VENV_FOREIGN',
    found,
    needed,
    fix: `name a folder of its own: \`${command}\`, for good in ${settingsFileOf(context, setting)}`,
  };
}

/** One of conda's outside of the project serves others, by its path. */
const isEnvironment = ({ root, host }: Context, place: string): boolean =>
  host.files.stat(path.join(place, 'pyvenv.cfg')) !== undefined || (below(root, place) !== undefined && isCondaEnvironment(host, place));

/** The usual place where that can be taken, else one of that name with a number. */
function freePlace(context: Context, { task }: Pick<EnvironmentDefinition, 'task'>): string {
  const { root, host } = context;
  const usual = path.join(root, task === 'env:local' ? '.venv-local' : '.venv-remote');
  const isFree = host.files.lstat(usual)?.isDirectory() && readEnvironmentRecord(context, usual) !== undefined;
  return shown(root, isFree ? usual : freeName(context, usual));
}

/** @throws UserError E_VENV_FOREIGN where something is in the way of what waits beside an environment */
export function refuseForeign(context: Context, aside: string): void {
  if (!context.host.files.lstat(aside)) return;
  const found = `\`${shown(context.root, aside)}\` is in the way, and just-lora did not make it`;
  throw new UserError(foreignFault(context, aside, found, 'a place for the environment before, until the new one stands'));
}
