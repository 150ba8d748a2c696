import * as path from 'node:path';
import type { Context } from '../core/context';
import { sha256 } from '../core/hash';
import type { Inputs } from '../core/state';
import { installedFrom } from '../parse/dist-info';
import type { Versions } from '../versions/models';
import { trainingPrefix, trainingPython } from './place';

/** Where the packages of the training environment lie. */
export function trainingPackages(context: Context): string | undefined {
  const prefix = trainingPrefix(context);
  if (!prefix) return undefined;
  const { files, platform } = context.host;
  if (platform === 'win32') return path.join(prefix, 'Lib', 'site-packages');
  const python = files.list(path.join(prefix, 'lib')).find((name) => /^python3\.\d+$/.test(name));
  return python && path.join(prefix, 'lib', python, 'site-packages');
}

/** Installed versions by name, from the names of folders. */
export function trainingVersions(context: Context): Versions {
  const folder = trainingPackages(context);
  return new Map((folder ? installedFrom(context.host.files.list(folder)) : []).map(({ name, version }) => [name, version]));
}

/** What an environment is, without starting it: its program and its packages. `undefined` where there is none. */
export function stateOfEnvironment(context: Context): Inputs | undefined {
  const python = trainingPython(context);
  const real = python && context.host.files.realPath(python);
  const folder = trainingPackages(context);
  if (!real || !folder) return undefined;
  const program = context.host.files.stat(real);
  const entries = context.host.files.list(folder).filter((entry) => entry !== '__pycache__');
  return {
    'training environment': sha256(`${folder}\n${context.host.files.stat(folder)?.ino}\n${entries.join('\n')}`),
    'its Python': sha256(`${real} ${program?.size} ${program?.mtimeMs}`),
  };
}
