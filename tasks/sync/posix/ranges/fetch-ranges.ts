import type { Context } from '../../../engine/context';
import type { RelativeName } from '../../../untrusted/names';
import type { FileChange } from '../../compare/change';
import type { PosixMachine } from '../machine';
import { modesScript, readRangesScript } from '../scripts/range-scripts';
import type { Arrival } from './bring-ahead';
import { arrivingName, linesFor, type Range } from './range-plan';

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
    async move(next, tell) {
      const asked: Range[] = [];
      let [moved, within]: [number, number] = [0, 0];
      const full: Error[] = [];
      const ask = (): string => {
        const range = next();
        if (range) asked.push(range);
        // An empty line ends it.
        return range ? linesFor(range.name, range) : '';
      };
      /** Writes what came where it belongs. More than was asked for is none of it. */
      const take = (chunk: Buffer) => {
        for (let at = 0, range = asked[0]; at < chunk.length && range && full.length === 0; range = asked[0]) {
          const piece = chunk.subarray(at, at + range.to - range.from - within);
          try {
            fileOf(range.name).write(piece, range.from + within);
          } catch (error) {
            full.push(error as Error);
            return;
          }
          at += piece.length;
          within += piece.length;
          moved += piece.length;
          tell(piece.length);
          if (range.from + within < range.to) return;
          asked.shift();
          within = 0;
          stream.tell(ask());
        }
      };
      const stream = shell.stream(readRangesScript, [remote.path, base], {
        // One is asked for ahead, so that the line is never idle.
        first: (isLive) => `${ask()}\n${isLive ? ask() : ''}\n`,
        onBytes: take,
        quietMs,
        isData: true,
      });
      const { exitCode, stderr, tail } = await stream.ended;
      if (full[0]) return { exitCode: cannotWrite, text: full[0].message, moved };
      return { exitCode, text: stderr || (exitCode === 0 ? '' : tail), moved };
    },
    close() {
      for (const file of open.values()) file.close();
    },
  };
}
