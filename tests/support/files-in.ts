import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Every plain file of a folder, relative to it, in order. A walk by Node goes through links too, and other tests are at work behind that
 * of `node_modules`: what is left out is not walked through.
 * @param leftOut names in the folder itself
 */
export function filesIn(folder: string, leftOut: readonly string[] = ['node_modules'], below = ''): string[] {
  return fs
    .readdirSync(path.join(folder, below), { withFileTypes: true })
    .filter(({ name }) => below !== '' || !leftOut.includes(name))
    .flatMap((entry) => {
      const file = path.join(below, entry.name);
      return entry.isDirectory() ? filesIn(folder, leftOut, file) : entry.isFile() ? [file] : [];
    })
    .sort();
}
