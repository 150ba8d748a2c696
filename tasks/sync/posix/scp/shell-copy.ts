import * as path from 'node:path';
import { byteName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { RelativeName } from '../../../untrusted/names';
import { longAnswer, wrongAnswer } from '../../answers/answer';
import { filesThere } from '../files';
import type { PosixMachine } from '../machine';
import { getScript, putScript, stampScript } from '../scripts/copy-scripts';

/** Bytes of one command: so much is lost where a link breaks, and so often a command is started. */
const pieceBytes = 4_000_000;

/**
 * Copies files by the shell there alone, for a machine whose startup files hand over to another shell: neither rsync nor scp gets a
 * command through. Slow, and enough for the lines of a dataset and an adapter.
 */
export function shellCopy({ host }: Context, machine: PosixMachine) {
  const other = filesThere(machine);
  return {
    /** Sends files of this machine into the folder where files arrive. @param files absolute */
    async put(files: readonly string[]): Promise<void> {
      for (const file of files) {
        const name = path.basename(file);
        const { size, mtime, mode } = host.files.stat(file) ?? { size: 0, mtime: new Date(), mode: 0o644 };
        for (let at = 0; at === 0 || at < size; at += pieceBytes) {
          const rest = host.files.readPart(file, at, Math.min(pieceBytes, size - at)).toString('latin1');
          await other.run(putScript, [name], { rest, limits: longAnswer });
        }
        // `touch -t` of POSIX, by the clock of UTC.
        const time = mtime.toISOString().replace(/[-T:]|\..*$/g, '');
        await other.run(stampScript, [name, `${time.slice(0, 12)}.${time.slice(12)}`, (mode & 0o755).toString(8)]);
      }
    },

    /** Fetches files of one folder there. @param to a folder here, absolute */
    async get(base: string, names: readonly string[], to: string): Promise<void> {
      const listed = await other.list({ name: base, required: true, own: [] });
      for (const name of names) {
        const found = listed.get(byteName(name) as RelativeName);
        if (!found) throw wrongAnswer(machine.remote, `does not list \`${name}\` any more`);
        const own = byteName(path.posix.basename(name)) as RelativeName;
        for (let at = 0; at === 0 || at < found.size; at += pieceBytes) {
          const limits = { ...longAnswer, mostBytes: pieceBytes + 1000 };
          const text = await other.run(getScript, [base, name, String(at + 1), String(pieceBytes)], { limits });
          host.tree.append(to, own, Buffer.from(text, 'latin1'), at === 0);
        }
        host.tree.setTime(to, own, found.modifiedMs);
      }
    },
  };
}
