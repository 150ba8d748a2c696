import * as path from 'node:path';
import type { Context } from '../core/context';
import { sha256 } from '../core/hash';

/** A script of Python's that is shipped beside this file, and the hash of its text. */
export function script({ host }: Context, name: 'imports.py' | 'train.py'): { file: string; hash: string } {
  const file = path.join(__dirname, name);
  return { file, hash: sha256(host.files.readText(file) ?? '') };
}
