import { textName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { RelativeName } from '../../../untrusted/names';
import type { FileChange } from '../../compare/change';
import type { PosixMachine } from '../machine';
import { modesScript, readRangeScript } from '../scripts/range-scripts';
import type { Arrival } from './bring-ahead';
import { arrivingName, blockBytes } from './range-plan';

/** Milliseconds without a byte after which a channel is dead. */
const quietMs = 60_000;
/** Exit code for what could not be written here, as that of rsync (11, "error in file I/O"). */
const cannotWrite = 11;

/** Ranges of files of a folder there, which arrive here. @param base the folder, relative to the project @param stage where they arrive */
export async function fetchingRanges(
  { host }: Context,
  { shell, remote }: PosixMachine,
  { base, stage }: { base: string; stage: string },
  large: readonly FileChange[],
): Promise<Arrival> {
  const fresh = large.filter(({ name }) => !host.tree.look(stage, arrivingName(name)));
  const { stdout } = await shell.run(modesScript, [remote.path, base], { rest: fresh.map(({ name }) => `${name}\0`).join('') });
  const told = stdout.split('\n');
  const modes = new Map(
    fresh.flatMap(({ name }, at) =>
      /^[0-7]{3,4}$/.test(told[at] ?? '') ? [[name, Number.parseInt(told[at] as string, 8) & 0o777]] : [],
    ) as [RelativeName, number][],
  );
  const open = new Map<RelativeName, ReturnType<typeof host.tree.openNew>>();
  const fileOf = (name: RelativeName) => {
    const file = open.get(name) ?? host.tree.openNew(stage, arrivingName(name), modes.get(name) ?? 0o600);
    open.set(name, file);
    return file;
  };
  return {
    files: fresh.filter(({ name }) => modes.has(name)),
    async move({ name, from, to }, tell) {
      const file = fileOf(name);
      let moved = 0;
      let full: Error | undefined;
      const blocks = Math.ceil((to - from) / blockBytes);
      const { ended } = shell.stream(readRangeScript, [remote.path, base, textName(name), String(from / blockBytes), String(blocks)], {
        first: () => '',
        // More than was asked for is none of it.
        onBytes(chunk) {
          const piece = chunk.subarray(0, full ? 0 : Math.max(0, to - from - moved));
          try {
            file.write(piece, from + moved);
          } catch (error) {
            full = error as Error;
            return;
          }
          moved += piece.length;
          tell(piece.length);
        },
        quietMs,
        isData: true,
      });
      const { exitCode, stderr, tail } = await ended;
      if (full) return { exitCode: cannotWrite, text: full.message, moved };
      return { exitCode, text: stderr || (exitCode === 0 ? '' : tail), moved };
    },
    close() {
      for (const file of open.values()) file.close();
    },
  };
}
