import * as path from 'node:path';
import type { Host } from '../../../platform';

/** Every program of that name on PATH, in its order: the first may be a shim that does not work. */
export function allOnPath(host: Host, name: string): string[] {
  const endings = host.platform === 'win32' ? (host.env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  const found = (host.env.PATH ?? host.env.Path ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .flatMap((folder) => endings.map((ending) => path.join(folder, name + ending)))
    .filter((file) => isProgram(host, file));
  return [...new Set(found)];
}

/** A file that may be executed. Whether it works only running it tells. */
export function isProgram(host: Host, file: string): boolean {
  try {
    const entry = host.files.stat(file);
    return entry?.isFile() === true && (host.platform === 'win32' || (entry.mode & 0o111) !== 0);
  } catch {
    // A folder on PATH that may not be entered.
    return false;
  }
}
