import type { Context } from '../../../engine/context';
import type { FileChange } from '../../compare/change';
import type { PosixMachine } from '../machine';
import { openRangesScript, writeRangesScript } from '../scripts/range-scripts';
import type { Arrival } from './bring-ahead';
import { arrivingName, linesFor } from './range-plan';

/** Ranges of files of a folder here, which arrive there. @param base the folder, relative to the project */
export async function sendingRanges(
  { host }: Context,
  { shell, remote }: PosixMachine,
  { base, here }: { base: string; here: string },
  large: readonly FileChange[],
): Promise<Arrival> {
  // What travels in the place of a link has bytes elsewhere.
  const found = large.map((file) => ({ file, entry: host.tree.look(here, file.name) }));
  const files = found.flatMap(({ file, entry }) => (entry?.isFile && entry.size === file.bytes ? [{ ...file, mode: entry.mode }] : []));
  const { stdout } = await shell.run(openRangesScript, [remote.path, base], {
    rest: files.map(({ name, mode }) => `${mode.toString(8)} ${arrivingName(name)}\0`).join(''),
  });
  const open = new Set(stdout.split('\n'));
  // What a shell takes as commands is made whole first: a range at a time is enough of it.
  const isOne = shell.ssh?.elsewhere === true;
  return {
    files: files.filter((_, at) => open.has(`new=${at + 1}`)),
    async move(next, tell) {
      let moved = 0;
      async function* ranges(): AsyncGenerator<Buffer> {
        for (let range = next(); range; range = isOne ? undefined : next()) {
          yield Buffer.from(`${linesFor(arrivingName(range.name), range)}\n`, 'utf8');
          for await (const piece of host.tree.read(here, range.name, { start: range.from, end: range.to - 1 })) {
            yield piece as Buffer;
            moved += (piece as Buffer).length;
            tell((piece as Buffer).length);
          }
        }
      }
      // What moves bytes has no limit of time: ssh itself gives up a line that is dead.
      const { exitCode, stderr, tail } = await shell.run(writeRangesScript, [remote.path, base], {
        rest: ranges(),
        limits: { timeoutMs: 0 },
      });
      return { exitCode, text: stderr || tail, moved };
    },
    close: () => undefined,
  };
}
