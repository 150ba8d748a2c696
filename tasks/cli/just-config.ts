import * as path from 'node:path';
import { UserError } from '../common/errors';
import type { Host } from '../platform';

type Files = Pick<Host['files'], 'stat' | 'readText'>;

/** The names that just looks for, in its order: just-task 1.14, lib/config.js. */
export const configNames = ['just.config.js', 'just.config.cjs', 'just-task.js', 'just.config.ts', 'just.config.cts'];
/** Names that a person may give it and that just does not look for. */
const misnamed = ['just.config.mts', 'just.config.mjs'];
/** Under this name just takes `import`s whatever package.json says. */
const anywhere = 'just.config.cts';

/** The nearest folder upwards that holds one of these files. */
function folderWith(files: Files, from: string, wanted: readonly string[]): string | undefined {
  for (let at = from; ; at = path.dirname(at)) {
    if (wanted.some((name) => files.stat(path.join(at, name))?.isFile())) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/**
 * The folder of the project: the nearest one upwards with a package.json, as npm has it, or with a file for just, whether or not
 * just takes its name. No further: what lies above a package is no part of it, and its code is not run.
 */
export const projectAbove = (files: Files, from: string): string | undefined =>
  folderWith(files, from, ['package.json', ...configNames, ...misnamed]);

/**
 * The file of a folder that just reads.
 * @returns its name; `undefined` where there is none
 * @throws UserError E_JUST_CONFIG where just would not find it, or could not load it
 */
export function configName(files: Files, folder: string): string | undefined {
  const has = (name: string) => files.stat(path.join(folder, name))?.isFile() ?? false;
  const name = configNames.find(has);
  if (name === 'just.config.ts' && typeOf(files, folder) === 'module')
    throw misnaming(name, 'package.json says `"type": "module"`, where just cannot load a file of that name');
  const other = misnamed.find(has);
  if (name === undefined && other !== undefined) throw misnaming(other, 'just does not look for a file of that name');
  return name;
}

/** The name that a file in TypeScript needs for just to load it in this folder. */
export const newConfigName = (files: Files, folder: string): string => (typeOf(files, folder) === 'module' ? anywhere : 'just.config.ts');

function typeOf(files: Files, folder: string): unknown {
  const at = folderWith(files, folder, ['package.json']);
  try {
    return at === undefined ? undefined : (JSON.parse(files.readText(path.join(at, 'package.json')) ?? '{}') as { type?: unknown }).type;
  } catch {
    // npm tells of a package.json that is no JSON.
    return undefined;
  }
}

const misnaming = (name: string, why: string): UserError =>
  new UserError(
    {
      code: 'E_JUST_CONFIG',
      found: `\`${name}\`: ${why}`,
      needed: `the same text under the name \`${anywhere}\``,
      fix: `\`mv ${name} ${anywhere}\``,
    },
    2,
  );
