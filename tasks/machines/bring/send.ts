import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RunResult } from '../../platform/processes/run';
import { longAnswer } from '../../sync/answers/answer';
import { remoteFault } from '../../sync/posix/faults';
import { retrying } from '../../sync/posix/retry';
import { dropMaster } from '../../sync/posix/ssh/ssh';
import type { RelativeName } from '../../untrusted/names';
import type { Machine } from '../machine';
import { ChangedWhileRead } from './tar';

/** Bytes that are read as they are sent; called anew for each try. */
export type Bytes = () => AsyncIterable<Buffer>;

/** Of a file here. @param tell called with the bytes that were read so far */
export async function* piecesOf({ host }: Context, file: string, tell: (doneBytes: number) => void): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const piece of host.tree.read(path.dirname(file), byteName(path.basename(file)) as RelativeName)) {
    yield piece as Buffer;
    done += (piece as Buffer).length;
    tell(done);
  }
}

/**
 * Runs a script there that reads bytes, once more where the link broke. What came of a try that broke is gone there by then.
 * @param own exit codes that mean something to whoever asks: returned, not thrown
 * @throws UserError by the fault of the way, E_CHANGED_WHILE_SENT where a file changed while it was read
 */
export async function sendTo(
  context: Context,
  { remote, shell }: Machine,
  script: string,
  lines: readonly string[],
  bytes: Bytes,
  own: readonly number[] = [],
): Promise<RunResult> {
  let last: RunResult | undefined;
  await retrying(
    context,
    async () => {
      let fault: unknown;
      async function* watched(): AsyncGenerator<Buffer> {
        const source = bytes()[Symbol.asyncIterator]();
        // A fault of the way comes in where a piece is handed on: it is no fault of what is read.
        const next = () =>
          source.next().catch((error: unknown) => {
            fault = error;
            throw error;
          });
        try {
          for (let piece = await next(); !piece.done; piece = await next()) yield piece.value;
        } finally {
          await source.return?.();
        }
      }
      last = await shell.run(script, [remote.path, ...lines], { rest: watched(), limits: longAnswer });
      if (fault !== undefined) throw readFault(fault);
      const isOwn = own.includes(last.exitCode);
      return { exitCode: isOwn ? 0 : last.exitCode, text: last.stderr || last.tail, moved: false };
    },
    () => dropMaster(context, shell.ssh),
    ({ exitCode, text }) => sendFault({ remote, shell }, exitCode, text),
  );
  if (!last) throw new Error('nothing was tried');
  return last;
}

/** Exit code of our scripts there: what was sent could not be unpacked. */
const notUnpacked = 82;
/** What GNU tar says of a disk that is full where a part of a block still had room. */
const wroteLess = /^\S{0,200}tar: .{0,5000}Wrote only \d+ of \d+ bytes$/m;

/** A fault of the way, or of the disk or the programs there. */
function sendFault({ remote, shell }: Machine, exitCode: number, text: string): UserError {
  const { fault } = remoteFault({ remote, ssh: shell.ssh }, exitCode, text);
  if (fault.code === 'E_REMOTE_FULL' || (exitCode === notUnpacked && wroteLess.test(text)))
    return new UserError({
      ...fault,
      code: 'E_REMOTE_FULL',
      found: `no space was left on \`${remote.name}\` for what is sent`,
      needed: `room in \`${remote.path}\` and in \`~/.cache/just-lora\` there`,
      fix: `\`df -h\` there tells which is full: free some, then run the same command again`,
    });
  if (fault.code !== 'E_TRANSFER' || exitCode !== notUnpacked) return new UserError(fault);
  return new UserError({
    ...fault,
    found: `what was sent could not be unpacked on \`${remote.name}\`: tar or gzip there ended before its end, or is missing`,
    needed: 'a tar and a gzip there that run to their end',
    fix: 'run the same command again; where it fails again: `tar --version; gzip --version` there',
  });
}

function readFault(error: unknown): unknown {
  if (!(error instanceof ChangedWhileRead)) return error;
  return new UserError({
    code: 'E_CHANGED_WHILE_SENT',
    found: `\`${shownName(error.file)}\` changed while it was read`,
    needed: 'files that stay as they are while they travel',
    fix: 'let the writer finish, then run the same command again',
  });
}

/** What arrived there is not what was sent: its fault. */
export const notAsSent = ({ remote }: Machine): UserError =>
  new UserError({
    code: 'E_CHANGED_WHILE_SENT',
    found: `what arrived on \`${remote.name}\` is not what was looked at here: a file changed on the way`,
    needed: 'files that stay as they are while they travel',
    fix: 'let the writer finish, then run the same command again',
  });
