import * as path from 'node:path';
import { bytes } from '../../../common/format';
import type { Context } from '../../../engine/context';
import { shown } from '../../../engine/paths';
import type { Inputs } from '../../../engine/state';
import { roomOf } from '../../prefix/site-packages';
import type { EnvironmentDefinition } from '../definition';

/**
 * Environments of several locks that share one place, the profiles of the training environment: one is in the place, the others
 * wait beside it under names of their own. Each keeps the absolute paths of its scripts, which hold in the place alone: so it is
 * never started where it waits, and is whole again by a rename.
 */
export interface KeptEnvironment {
  /** Which one, as messages name it: `compat`. */
  name: string;
  /** The folder that it waits in. */
  place: string;
}

/** Reads what a whole environment of ours is made of; `undefined` for any other folder. */
export type InputsIn = (folder: string) => Inputs | undefined;

/** Which of the variants an environment is: the lock that it was made of tells. */
export const variantOf = ({ variants = {} }: Pick<EnvironmentDefinition, 'variants'>, inputs: Inputs | undefined): string | undefined =>
  Object.entries(variants).find(([lock]) => inputs !== undefined && lock in inputs)?.[1];

/** The variant that is wanted now; `undefined` where there are none. */
export const wantedVariant = ({ lock, variants = {} }: Pick<EnvironmentDefinition, 'lock' | 'variants'>): string | undefined =>
  variants[lock];

/** The variants that wait beside a place, each once: one folder is listed, and a small file read for each. */
export function keptBeside(
  { host }: Context,
  definition: Pick<EnvironmentDefinition, 'variants'>,
  place: string,
  inputsIn: InputsIn,
): KeptEnvironment[] {
  if (Object.keys(definition.variants ?? {}).length === 0) return [];
  return placesBeside({ host }, definition, place).flatMap((folder) => {
    const name = variantOf(definition, inputsIn(folder));
    return name ? [{ name, place: folder }] : [];
  });
}

/** What has the name of an environment that waits beside a place, whatever it is. */
export function placesBeside(
  { host }: Pick<Context, 'host'>,
  { variants = {} }: Pick<EnvironmentDefinition, 'variants'>,
  place: string,
): string[] {
  const base = `${path.basename(place)}.`;
  // One that waited for its successor when a run was killed is as good as one that was kept.
  const labels = ['before', ...Object.values(variants)];
  return host.files
    .list(path.dirname(place))
    .filter((entry) => entry.startsWith(base) && labels.includes(entry.slice(base.length).replace(/-\d+$/, '')))
    .map((entry) => path.join(path.dirname(place), entry));
}

/** Where an environment waits from now on: a name that nothing has. */
export function placeToKeep({ host }: Context, place: string, name: string): string {
  for (let number = 1; ; number++) {
    const folder = `${place}.${name}${number === 1 ? '' : `-${number}`}`;
    if (!host.files.lstat(folder)) return folder;
  }
}

/** Which wait, as the end of a sentence; empty where none does. */
export const keptText = (root: string, kept: readonly KeptEnvironment[]): string =>
  kept.map(({ name, place }) => `; ${name} is kept in \`${shown(root, place)}\``).join('');

/** What becomes of the one in the place, as the end of an action's title, with the room that it goes on taking by its packages. */
export function keepTitle(context: Context, place: string, there: string): string {
  const aside = shown(context.root, placeToKeep(context, place, there));
  return `, and keep ${there} as \`${aside}\` (about ${bytes(roomOf(context.host, place))})`;
}
