import * as path from 'node:path';
import type { Host } from '../../platform';

/** Every file of a model's folder; `.cache` and `.git` at the top are no model's. */
export const filesOfModel = (host: Host, folder: string): string[] => host.files.filesUnder(folder, ['.cache', '.git']);

/** The files of the folder itself. */
export const filesIn = (host: Host, folder: string): string[] =>
  host.files.list(folder).filter((name) => !host.files.stat(path.join(folder, name))?.isDirectory());

/** A pickle by its name: loading one can run any program. */
export const isPickleName = (name: string): boolean => /\.(bin|pt|pth|ckpt|pkl|pickle)$/.test(name);
