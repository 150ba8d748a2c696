import * as path from 'node:path';
import type { Host } from '../core/host';

/** Every file under a folder, relative with `/`, sorted; `.cache` and `.git` at the top are no model's. */
export function filesUnder(host: Host, folder: string): string[] {
  const walk = (below: string): string[] =>
    host.files.list(path.join(folder, below)).flatMap((name) => {
      const relative = below ? `${below}/${name}` : name;
      if (below === '' && (name === '.cache' || name === '.git')) return [];
      return host.files.lstat(path.join(folder, relative))?.isDirectory() ? walk(relative) : [relative];
    });
  return walk('');
}

/** The files of the folder itself. */
export const filesIn = (host: Host, folder: string): string[] =>
  host.files.list(folder).filter((name) => !host.files.stat(path.join(folder, name))?.isDirectory());

/** A pickle by its name: loading one can run any program. */
export const isPickleName = (name: string): boolean => /\.(bin|pt|pth|ckpt|pkl|pickle)$/.test(name);
