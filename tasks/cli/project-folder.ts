import * as path from 'node:path';
import type { Host } from '../platform';

/**
 * The folder of the project: the one that just was started in, where it found its configuration. Where `--config` names
 * one, as from a sub-folder, it is the nearest folder upwards with a package.json, as npm has it.
 * @param args of the command line, without Node and just
 */
export function projectFolder({ files }: Pick<Host, 'files'>, from: string, args: readonly string[]): string {
  if (!args.some((arg) => arg === '--config' || arg.startsWith('--config='))) return from;
  for (let at = from; at !== path.dirname(at); at = path.dirname(at)) if (files.stat(path.join(at, 'package.json'))) return at;
  return from;
}
