import { variableForm } from '../settings/check/names';
import { variablePrefix } from '../settings/read/sources';
import type { Context } from './context';

/** What a training follows from, and may be told to a machine by a variable. Paths and remotes are of this machine. */
const travelling = ['training', 'models', 'remote', 'data'];

/**
 * Settings that stand in no file: the machine would not know of those that a variable or `--set` gave here.
 * @param from `sets`: those of `--set` alone
 * @returns variable → value, as a machine reads it
 */
export function variablesOf({ origins, settings }: Context, from: 'sets' | 'all' = 'all'): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, origin] of origins) {
    if (origin !== '--set' && (from === 'sets' || !origin.startsWith(variablePrefix))) continue;
    const keys = keysOf(name, settings);
    if (!keys || !travelling.includes(name.split('.')[0] ?? '')) continue;
    const value = keys.reduce<unknown>((tree, key) => (tree as Record<string, unknown> | undefined)?.[key], settings);
    found.set(
      `${variablePrefix}${keys
        .filter((key) => key !== 'setup')
        .map(variableForm)
        .join('__')}`,
      textOf(value),
    );
  }
  return found;
}

/** The keys of a setting by its name; names of models have dots of their own. */
function keysOf(name: string, settings: Context['settings']): string[] | undefined {
  const walk = (tree: unknown, rest: string): string[] | undefined => {
    if (rest === '') return [];
    if (tree === null || typeof tree !== 'object') return undefined;
    for (const key of Object.keys(tree)) {
      if (rest !== key && !rest.startsWith(`${key}.`)) continue;
      const below = walk((tree as Record<string, unknown>)[key], rest.slice(key.length + 1));
      if (below) return [key, ...below];
    }
    return undefined;
  };
  const inSetup = walk(settings.setup, name);
  return inSetup ? ['setup', ...inSetup] : walk(settings, name);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
