import { plural } from '../../../common/format';
import type { Context } from '../../../engine/context';
import type { FileChange } from '../../compare/change';
import type { Direction } from '../../compare/folders';
import type { Sides } from '../../compare/sides';
import type { Move } from '../../session/transport';
import { type ChannelEnd, canSplit, farMs, inTurn, isFar, overLink } from '../far-line';
import type { PosixMachine } from '../machine';
import { fetchingRanges } from './fetch-ranges';
import { bytesOf, largeBytes, largeFiles, type Range, rangesOf, restOf } from './range-plan';
import { sendingRanges } from './send-ranges';

/** Ranges on their way over one channel, until `next` has none. @returns how its call of ssh ended; `moved` bytes were handed over */
export type MoveRanges = (
  next: () => Range | undefined,
  tell: (bytes: number) => void,
) => Promise<{ exitCode: number; text: string; moved: number }>;

/** Where the ranges of some files can arrive: those of `files`. */
export interface Arrival {
  files: readonly FileChange[];
  move: MoveRanges;
  close(): void;
}

/** Bytes that stay free: rsync makes a copy of the largest file. */
const spareBytes = 1_000_000_000;

/**
 * Brings large files that the other side has nothing of ahead of rsync, in ranges over several channels of the one connection, to
 * where rsync keeps what a broken run left of a file. It takes that for its basis then: it has the last word on every byte, and gives
 * each file its name. What goes wrong here costs time alone, but for a link that does not come back.
 * @param stage the folder here that a pull arrives in
 * @returns how many bytes travelled so
 * @throws UserError by the fault of the way
 */
export async function bringAhead(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  { base, here }: Pick<Sides, 'base' | 'here'>,
  stage: string | undefined,
  changes: readonly FileChange[],
  how: Pick<Move, 'tell' | 'note'>,
): Promise<number> {
  const large = largeFiles(changes);
  if (large.length === 0 || !(await isWorthIt(context, machine, direction, stage ?? here, large))) return 0;
  let brought = 0;
  await inTurn(machine, async () => {
    const arrival: Arrival =
      direction === 'push'
        ? await sendingRanges(context, machine, { base, here }, large)
        : await fetchingRanges(context, machine, { base, stage: stage ?? here }, large);
    const ranges = isFar(machine) ? rangesOf(arrival.files) : [];
    if (ranges.length > 0)
      how.note(
        `${plural(arrival.files.length, 'large file')} of which nothing is there yet: in ${ranges.length} ranges over several channels, since this line is slow to answer`,
      );
    try {
      const tell = (bytes: number) => {
        brought = bytes;
        how.tell(bytes);
      };
      await overLink(context, machine, direction, ranges, { ...how, tell }, (next, count) => overChannel(arrival, next, count));
    } finally {
      arrival.close();
    }
  });
  return brought;
}

/** Ranges over one channel; those that may not have arrived when it broke are to come again. */
async function overChannel({ move }: Arrival, next: () => Range | undefined, tell: (bytes: number) => void): Promise<ChannelEnd<Range>> {
  const taken: Range[] = [];
  const take = () => {
    const range = next();
    if (range) taken.push(range);
    return range;
  };
  const { exitCode, text, moved } = await move(take, tell);
  const again = exitCode === 0 ? [] : restOf(taken, moved);
  const arrived = bytesOf(taken) - bytesOf(again);
  return { exitCode, text, again, backBytes: moved - arrived, moved: arrived > 0 };
}

/** How the large files among these travel, and why, as clauses for the plan: how far a machine is shows on the way. */
export function waysOfLarge(context: Context, machine: PosixMachine, changes: readonly FileChange[]): string[] {
  const fresh = canSplit(context, machine) ? largeFiles(changes) : [];
  const changed = changes.filter(({ action, kind, bytes }) => action === 'changed' && kind === 'file' && bytes >= largeBytes);
  return [
    ...(fresh.length > 0
      ? [
          `${plural(fresh.length, 'new large file')} in ranges over several channels if an answer takes ${farMs} ms, since nothing is there yet`,
        ]
      : []),
    ...(changed.length > 0 ? [`of ${plural(changed.length, 'large file')} that changed what differs, since rsync has a basis there`] : []),
  ];
}

/** Only where there is room, and the machine may be far. */
async function isWorthIt(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  at: string,
  large: readonly FileChange[],
): Promise<boolean> {
  if (!canSplit(context, machine)) return false;
  const total = large.reduce((sum, { bytes }) => sum + bytes, 0);
  const free = direction === 'push' ? machine.freeBytes : (await context.host.disk.freeSpace(at)).availableBytes;
  if (free !== undefined && free < total + (large[0]?.bytes ?? 0) + spareBytes) return false;
  return machine.shell.leastMs() === undefined || isFar(machine);
}
