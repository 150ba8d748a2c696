import { randomBytes } from 'node:crypto';
import { UserError } from '../../common/errors';
import { duration } from '../../common/format';
import type { Context } from '../../engine/context';
import type { RunEvent } from '../../engine/reporter/events';
import type { RunResult } from '../../platform/processes/run';
import { type TransferFault, transferFault } from '../../sync/answers/transfer-fault';
import { remoteFault } from '../../sync/posix/faults';
import { loginFault } from '../../sync/posix/ssh/login-fault';
import { dropMaster } from '../../sync/posix/ssh/ssh';
import type { Machine, Runtime } from '../machine';
import type { Answer, Ended, StartRequest } from '../there/protocol';
import type { Ahead } from './ahead';
import { connect } from './connection';
import { hasCode, nodeFault } from './node-fault';

/** Milliseconds that a link may be gone, our machine awake, until we no longer wait for it. */
const goneMs = 30 * 60_000;
/** Milliseconds after which a connection that told nothing was one all the same. */
const heldMs = 20_000;
/** What may be over when it is tried again: with a run at work there is no hurry to give up. */
const passing: readonly TransferFault[] = ['link', 'refused', 'unreachable', 'unknown-host', 'busy', 'behind-jump', 'other'];

export type Following = Extract<Answer, { answer: 'following' }>;

/** Who follows a run. */
export interface Follower {
  /** It is at work, or was: what it tells comes now. Told once. */
  following(answer: Following): void;
  event(event: RunEvent): void;
  /** A line about the link. */
  note(text: string): void;
}

/**
 * Starts a run there, or finds the one of this command, and follows it to its end, over as many connections as that takes.
 * @returns how it ended; `undefined` where it was only to be started
 * @throws UserError E_MACHINE_BUSY where another command is at work; E_MACHINE_NODE where Node there does not start just-lora; E_SSH_… and E_REMOTE_… where it was not started;
 * E_LINK where the link stays away, and the run goes on
 */
export async function runThere(
  context: Context,
  machine: Machine,
  runtime: Runtime,
  start: StartRequest,
  follower: Follower,
  { detach = false, ahead }: { detach?: boolean; ahead?: Ahead | undefined } = {},
): Promise<Ended | undefined> {
  const known = { id: runId(context.host.now()), offset: 0, isFollowed: false };
  let gone: { sinceMs: number; tries: number } | undefined;
  let wasDumb = false;
  for (;;) {
    const [begunMs, isAhead] = [performance.now(), ahead?.isWaiting];
    const { isStarted, answer, ended, result } = await connect(
      machine,
      runtime,
      // Once it is known to be there it is not started a second time.
      { id: known.id, offset: known.offset, ...(known.isFollowed ? {} : { start }), ...(detach ? { detach } : {}) },
      {
        answer(told) {
          if (told.answer !== 'following') return;
          if (known.id !== told.id) Object.assign(known, { id: told.id, offset: 0 });
          if (!known.isFollowed) follower.following(told);
          known.isFollowed = true;
        },
        event(event, offset) {
          // An answer alone brings nobody on: who answers and hangs up each time is waited for no longer than who does not answer.
          gone = undefined;
          known.offset = offset;
          follower.event(event);
        },
      },
      ahead,
    );
    // It had ended meanwhile.
    if (isAhead && !answer) continue;
    if (answer?.answer === 'busy') throw busy(machine, answer);
    if (answer?.answer === 'gone') return { event: 'lost', why: 'killed', said: '' };
    if (answer?.answer === 'failed') throw notStarted(machine, answer.text);
    if (ended || (answer && detach)) return ended;
    const isDumb = isStarted && !answer;
    // ssh ends with 255 where the link does, and where a signal ended the program: the second time in a row it is no link.
    if (isDumb && (hasCode(result) || (wasDumb && !known.isFollowed))) throw nodeFault(context, machine, runtime, result);
    wasDumb = isDumb;
    const fault = transferFault(result.timedOut ? 255 : result.exitCode, result.stderr);
    if (known.isFollowed && performance.now() - begunMs > heldMs) gone = undefined;
    gone ??= { sinceMs: performance.now(), tries: 0 };
    const limit = known.isFollowed ? Number.POSITIVE_INFINITY : context.settings.setup.sync.retries;
    if (!passing.includes(fault) || gone.tries >= limit || result.exitCode === 83)
      throw await linkFault(context, machine, result, known.isFollowed);
    if (performance.now() - gone.sinceMs > goneMs) throw gaveUp(machine, performance.now() - gone.sinceMs);
    const pauseMs = Math.min(30_000, 1000 * 2 ** gone.tries++);
    follower.note(
      `${isDumb ? `Node on \`${machine.remote.name}\` does not answer` : `the link to \`${machine.remote.name}\` is gone`}${known.isFollowed ? '; the run goes on there' : ''}: trying again in ${duration(pauseMs)}`,
    );
    await context.host.sleep(pauseMs);
    context.host.processes.throwIfInterrupted();
    // A connection that broke may look alive to its master for a while.
    await dropMaster(context, machine.shell.ssh);
  }
}

/** A name for a run: the time, so that names are in order, and what no other has. */
const runId = (now: Date): string => `${now.toISOString().replace(/[-:.Z]/g, '')}-${randomBytes(4).toString('hex')}`;

const busy = ({ remote: { name } }: Machine, { shown, since, from }: Extract<Answer, { answer: 'busy' }>): UserError =>
  new UserError({
    code: 'E_MACHINE_BUSY',
    found: `\`${name}\` runs \`${shown}\` since ${since.slice(0, 16).replace('T', ' ')} UTC${from ? `, for ${from}` : ''}`,
    needed: 'one command at a time in one project',
    fix: `to see it: the same command, \`${shown} --on=${name}\`\nto stop it: \`npx just runs --on=${name} --stop\``,
  });

const notStarted = ({ remote: { name, path } }: Machine, text: string): UserError =>
  new UserError({
    code: 'E_RUN_START',
    found: `\`${name}\` cannot start a run in \`${path}\`: ${text}`,
    needed: 'a project folder there that this login may write',
    fix: `free some room or give this login write access to \`${path}\` there, then run the same command again`,
  });

const notBrought = ({ name, path }: Machine['remote']): UserError =>
  new UserError({
    code: 'E_RUN_START',
    found: `\`${name}\` cannot start a run in \`${path}\`: what was brought there is gone`,
    needed: 'just-lora and Node there, as they were brought',
    fix: 'the same command with `--force=project`, which sends just-lora there again',
  });

/** Why there is no link, as a person can fix it. */
async function linkFault(context: Context, { remote, shell }: Machine, result: RunResult, isFollowed: boolean): Promise<UserError> {
  if (result.exitCode === 83) return notBrought(remote);
  const { fault } = shell.ssh
    ? await loginFault(context, remote, shell.ssh, result)
    : remoteFault({ remote }, result.exitCode, result.tail);
  return new UserError(isFollowed ? { ...fault, found: `${fault.found}; the run goes on there` } : fault);
}

const gaveUp = ({ remote: { name } }: Machine, ms: number): UserError =>
  new UserError({
    code: 'E_LINK',
    found: `the link to \`${name}\` is gone for ${duration(ms)}; the run goes on there`,
    fix: 'run the same command again once the machine answers: it shows what happened meanwhile',
  });
