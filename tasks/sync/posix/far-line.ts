import type { Context } from '../../engine/context';
import { mayRetry, transferFault } from '../answers/transfer-fault';
import type { Direction } from '../compare/folders';
import type { Move } from '../session/transport';
import { overChannels } from './channels';
import { remoteFault } from './faults';
import { stillHeld } from './lock';
import type { PosixMachine } from './machine';
import { retrying } from './retry';
import { dropMaster } from './ssh/ssh';

/** Milliseconds of an answer that tell a line on which one channel is slow: sshd lets 2 MB be on their way in one. */
export const farMs = 60;

/** By how long its answers take: what is near has shown it by now. */
export const isFar = ({ shell }: PosixMachine): boolean => (shell.leastMs() ?? 0) >= farMs;

/** Whether files can travel over several channels: not beside compression, which a person asks for where the line is narrow. */
export const canSplit = ({ settings }: Context, { ssh, rsync, rsyncHere }: PosixMachine): boolean =>
  ssh !== undefined && rsync?.flavour === 'gnu' && rsyncHere?.flavour === 'gnu' && !settings.setup.sync.compress;

/** The channels of a connection are for all folders that travel: one of them at a time has them. */
const turns = new WeakMap<PosixMachine, Promise<void>>();

/** Works while no other folder has the channels of this machine. */
export function inTurn(machine: PosixMachine, work: () => Promise<void>): Promise<void> {
  const own = (turns.get(machine) ?? Promise.resolve()).then(work);
  turns.set(
    machine,
    own.catch(() => undefined),
  );
  return own;
}

/** How one channel ended. */
export interface ChannelEnd<T> {
  exitCode: number;
  /** What it printed, for its fault. */
  text: string;
  /** What is to be done again. */
  again: readonly T[];
  /** Of the bytes that it told, those that come again with it. */
  backBytes: number;
  /** Has something arrived that does not come again? Then the count of tries begins anew. */
  moved: boolean;
}

/** What one channel does: it takes one after the other until there is none, and tells the bytes that have moved since it told last. */
export type Channel<T> = (next: () => T | undefined, tell: (bytes: number) => void) => Promise<ChannelEnd<T>>;

/**
 * Works through a queue over several channels of one machine, and takes up again what a link that broke left of it. What goes wrong
 * for another reason, a full disk for one, ends it without a word: rsync comes behind it and tells.
 * @param how.tell gets the bytes that have moved by now
 * @param how.first how many channels there are at first
 * @throws UserError by the fault of the way, where the link does not come back
 */
export async function overLink<T>(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  all: readonly T[],
  { tell, note, first }: Pick<Move, 'tell' | 'note'> & { first?: number },
  channel: Channel<T>,
): Promise<void> {
  let left = [...all];
  let done = 0;
  await retrying(
    context,
    async () => {
      const again: T[] = [];
      let moved = false;
      let broken: { exitCode: number; text: string } | undefined;
      const over = async (next: () => T | undefined, count: (bytes: number) => void) => {
        const end = await channel(
          () => (broken ? undefined : next()),
          (bytes) => {
            count(bytes);
            done += bytes;
            tell(done);
          },
        );
        moved ||= end.moved;
        if (end.exitCode === 0) return;
        broken ??= end;
        done -= end.backBytes;
        again.push(...end.again);
      };
      await overChannels(left, over, first);
      left = [...again, ...left];
      if (!broken || !mayRetry(transferFault(broken.exitCode, broken.text))) return { exitCode: 0, text: '', moved: true };
      return { ...broken, moved };
    },
    async ({ exitCode }, pauseMs) => {
      note(`the link broke (exit code ${exitCode}), trying again in ${pauseMs / 1000} s`);
      await dropMaster(context, machine.ssh);
    },
    ({ exitCode, text }) => remoteFault(machine, exitCode, text, direction),
    () => stillHeld(machine),
  );
}
