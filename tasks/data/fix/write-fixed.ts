import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { type Fault, UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import { temporaryName } from '../../common/temporary-name';
import { commandOf } from '../../engine/command';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Progress } from '../../engine/step';
import type { DataFile } from '../rows/data-files';
import { type FileFixes, fixFile } from './fix-file';

/** A file in which something is to be mended, and what its mended copy is to be. */
export interface ToFix {
  file: DataFile;
  /** Absolute. */
  target: string;
  fixes: FileFixes;
  sha256: string;
}

/** Whether the name of the result is taken: a link that leads nowhere is a person's too. */
export const isTaken = ({ host }: Context, { target }: ToFix): boolean => host.files.lstat(target) !== undefined;

/** Whether what lies there is what is to be written. */
export const isWritten = async ({ host }: Context, { target, sha256 }: ToFix): Promise<boolean> =>
  host.files.stat(target)?.isFile() === true && (await sha256Of(target)) === sha256;

/** A fault: what lies there is a person's. */
export function taken(context: Context, { file, target }: ToFix): Fault & { needed: string } {
  const name = shown(context.root, target);
  return {
    code: 'E_DATA_FIXED',
    found: `\`${name}\` is there and not what \`${file.name}\` becomes`,
    needed: 'a place for the mended rows: nothing is written over',
    fix: `keep it under another name, or \`rm ${shellWord(name)}\`, and run \`${commandOf(context, 'data:fix')}\` again`,
  };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of fs.createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Writes the mended rows of a file, under their name once they are whole. @throws UserError E_DATA_FIXED where the file or the place changed meanwhile */
export async function writeFixed(context: Context, toFix: ToFix, tell: (progress: Progress) => void): Promise<void> {
  const [{ host }, { file, target, sha256 }] = [context, toFix];
  // What its owner alone may read stays so.
  const mode = (host.files.stat(file.path)?.mode ?? 0o666) & 0o666;
  const part = temporaryName(target);
  host.files.remove(part);
  try {
    let doneBytes = 0;
    const written = await fixFile(
      file,
      (bytes) => {
        host.processes.throwIfInterrupted();
        host.files.appendBytes(part, bytes, mode);
      },
      (more) => {
        doneBytes += more;
        tell({ text: file.name, doneBytes: Math.min(doneBytes, file.bytes), totalBytes: file.bytes });
      },
    );
    if (written.sha256 !== sha256) throw new UserError(changed(context, file));
    if (isTaken(context, toFix)) throw new UserError(taken(context, toFix));
    host.files.move(part, target);
  } finally {
    host.files.remove(part);
  }
}

const changed = (context: Context, file: DataFile): Fault => ({
  code: 'E_DATA_FIXED',
  found: `\`${file.name}\` changed while it was read: nothing was written of it`,
  needed: 'a file that nobody writes to meanwhile',
  fix: `\`${commandOf(context, 'data:fix')}\`, once it is whole`,
});
