import { plural } from '../../../common/format';
import type { Context } from '../../../engine/context';
import { mayRetry, transferFault } from '../../answers/transfer-fault';
import type { FileChange } from '../../compare/change';
import type { Direction } from '../../compare/folders';
import type { Sides } from '../../compare/sides';
import type { Move } from '../../session/transport';
import { remoteFault } from '../faults';
import type { PosixMachine } from '../machine';
import { retrying } from '../retry';
import { dropMaster } from '../ssh/ssh';
import { overChannels } from './channels';
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

/** Milliseconds of an answer that tell a line on which one channel is slow: sshd lets 2 MB be on their way in one. */
const farMs = 60;
/** Bytes that stay free: rsync makes a copy of the largest file. */
const spareBytes = 1_000_000_000;

/**
 * Brings large files that the other side has nothing of ahead of rsync, in ranges over several channels of the one connection, to
 * where rsync keeps what a broken run left of a file. It takes that for its basis then: it has the last word on every byte, and gives
 * each file its name. What goes wrong here costs time alone, but for a link that does not come back.
 * @param stage the folder here that a pull arrives in
 * @throws UserError by the fault of the way
 */
export async function bringAhead(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  at: Pick<Sides, 'base' | 'here'>,
  stage: string | undefined,
  changes: readonly FileChange[],
  how: Pick<Move, 'tell' | 'note'>,
): Promise<void> {
  const large = largeFiles(changes);
  if (large.length === 0 || !(await isWorthIt(context, machine, direction, stage ?? at.here, large))) return;
  await inTurn(machine, () => bring(context, machine, direction, at, stage, large, how));
}

/** The channels of a connection are for all folders that travel: one of them at a time has its ranges moved. */
const turns = new WeakMap<PosixMachine, Promise<void>>();

function inTurn(machine: PosixMachine, work: () => Promise<void>): Promise<void> {
  const own = (turns.get(machine) ?? Promise.resolve()).then(work);
  turns.set(
    machine,
    own.catch(() => undefined),
  );
  return own;
}

async function bring(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  at: Pick<Sides, 'base' | 'here'>,
  stage: string | undefined,
  large: readonly FileChange[],
  { tell, note }: Pick<Move, 'tell' | 'note'>,
): Promise<void> {
  const { base, here } = at;
  const arrival: Arrival =
    direction === 'push'
      ? await sendingRanges(context, machine, { base, here }, large)
      : await fetchingRanges(context, machine, { base, stage: stage ?? here }, large);
  let left = isFar(machine) ? rangesOf(arrival.files) : [];
  if (left.length > 0)
    note(
      `${plural(arrival.files.length, 'large file')} of which nothing is there yet: in ${left.length} ranges over several channels, since this line is slow to answer`,
    );
  let done = 0;
  try {
    await retrying(
      context,
      async () => {
        const again: Range[] = [];
        const begun = done;
        let broken: { exitCode: number; text: string } | undefined;
        await overChannels(left, async (next, count) => {
          const taken: Range[] = [];
          const take = () => {
            const range = broken ? undefined : next();
            if (range) taken.push(range);
            return range;
          };
          const { exitCode, text, moved } = await arrival.move(take, (bytes) => {
            count(bytes);
            done += bytes;
            tell(done);
          });
          if (exitCode === 0) return;
          broken ??= { exitCode, text };
          const rest = restOf(taken, moved);
          done -= moved - (bytesOf(taken) - bytesOf(rest));
          again.push(...rest);
        });
        left = [...again, ...left];
        // What is no fault of the link, a full disk for one, is rsync's to tell.
        if (!broken || !mayRetry(transferFault(broken.exitCode, broken.text))) return { exitCode: 0, text: '', moved: true };
        return { ...broken, moved: done > begun };
      },
      async ({ exitCode }, pauseMs) => {
        note(`the link broke (exit code ${exitCode}), trying again in ${pauseMs / 1000} s`);
        await dropMaster(context, machine.ssh);
      },
      ({ exitCode, text }) => remoteFault(machine, exitCode, text, direction),
    );
  } finally {
    arrival.close();
  }
}

/** By how long its answers take: what is near has shown it by now. */
const isFar = ({ shell }: PosixMachine): boolean => (shell.leastMs() ?? 0) >= farMs;

/** Whether both ends can: not beside compression, which a person asks for where the line is narrow. */
const canRange = ({ settings }: Context, { ssh, rsync, rsyncHere }: PosixMachine): boolean =>
  ssh !== undefined && rsync?.flavour === 'gnu' && rsyncHere?.flavour === 'gnu' && !settings.setup.sync.compress;

/** How the large files among these travel, and why, as clauses for the plan: how far a machine is shows on the way. */
export function waysOfLarge(context: Context, machine: PosixMachine, changes: readonly FileChange[]): string[] {
  const fresh = canRange(context, machine) ? largeFiles(changes) : [];
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
  if (!canRange(context, machine)) return false;
  const total = large.reduce((sum, { bytes }) => sum + bytes, 0);
  const free = direction === 'push' ? machine.freeBytes : (await context.host.disk.freeSpace(at)).availableBytes;
  if (free !== undefined && free < total + (large[0]?.bytes ?? 0) + spareBytes) return false;
  return machine.shell.leastMs() === undefined || isFar(machine);
}
