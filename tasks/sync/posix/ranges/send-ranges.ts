import { textName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { FileChange } from '../../compare/change';
import type { PosixMachine } from '../machine';
import { openRangesScript, writeRangeScript } from '../scripts/range-scripts';
import type { Arrival } from './bring-ahead';
import { arrivingName, blockBytes } from './range-plan';

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
  return {
    files: files.filter((_, at) => open.has(`new=${at + 1}`)),
    async move({ name, from, to }, tell) {
      let moved = 0;
      async function* pieces(): AsyncGenerator<Buffer> {
        for await (const piece of host.tree.read(here, name, { start: from, end: to - 1 })) {
          yield piece as Buffer;
          moved += (piece as Buffer).length;
          tell((piece as Buffer).length);
        }
      }
      const lines = [remote.path, base, textName(arrivingName(name)), String(from / blockBytes)];
      // What moves bytes has no limit of time: ssh itself gives up a line that is dead.
      const { exitCode, stderr, tail } = await shell.run(writeRangeScript, lines, { rest: pieces(), limits: { timeoutMs: 0 } });
      return { exitCode, text: stderr || tail, moved };
    },
    close: () => undefined,
  };
}
