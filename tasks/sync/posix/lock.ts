import { randomUUID } from 'node:crypto';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { heartbeatSeconds, staleMinutes } from '../../engine/lock/heartbeat';
import type { RunResult } from '../../platform/processes/run';
import { answerOf, heard, type Limits, longAnswer, wrongAnswer } from '../answers/answer';
import { parseStates } from '../answers/find-listing';
import { parseLockAnswer, parseLostAnswer } from '../answers/lock-answer';
import { listsIn } from '../answers/marked-lists';
import { baseName, type Folder } from '../compare/folders';
import type { PushBegin, PushWork, StatesThere } from '../session/transport';
import { remoteFault } from './faults';
import type { PosixMachine } from './machine';
import { beatScript, beginScript, endScript, leaveScript } from './scripts/lock-scripts';

/** Held there, in `PATH/.just-lora/lock`, while a push is at work. */
interface Held {
  token: string;
  /** Another push was at work until now. */
  waited: boolean;
  /** An earlier push was cut off. */
  broken: boolean;
  /** Something else lies in one of the folders than the look listed. */
  differs: boolean;
}

/** Who looks whether a push of a machine still holds its lock, while there is one. */
const looks = new WeakMap<PosixMachine, () => Promise<void>>();

/**
 * For a push that begins anew where a link broke: while it waited, another one may have taken it for dead. Where nothing answers, the
 * next sign of life tells.
 * @throws UserError E_LOCK_LOST
 */
export const stillHeld = async (machine: PosixMachine): Promise<void> => looks.get(machine)?.();

/**
 * Takes the lock, makes the folders, takes away manifests that will no longer hold, and lets go of it when the
 * work is done. It is a file, not the connection: a command there may outlive a link that broke.
 * @param beatSeconds between two signs of life
 * @returns what lies in the folders that the work asks for
 * @throws UserError E_REMOTE_LOCKED after `run.lock_wait_seconds`, E_LOCK_LOST where another push has taken it over
 */
export async function withRemoteLock(
  context: Context,
  machine: PosixMachine,
  begin: Omit<PushBegin, 'coming'>,
  work: PushWork,
  beatSeconds = heartbeatSeconds,
): Promise<StatesThere | undefined> {
  const { processes } = context.host;
  const { token, waited, broken, differs } = await take(context, machine, begin);
  const run = (script: string, lines: readonly string[] = [], limits: Partial<Limits> = {}, cleansUp = false) =>
    machine.shell.run(script, [machine.path, token, ...lines], { limits, cleansUp }).catch(() => undefined);
  let lost: string | undefined;
  const look = async () => {
    const answer = await run(beatScript, [], { timeoutMs: 10_000 });
    const owner = answer?.exitCode === 0 ? parseLostAnswer(answer.stdout) : undefined;
    // The work may have come to its end meanwhile, and the place be another's with every right.
    if (owner !== undefined && looks.get(machine) === look) {
      looks.delete(machine);
      lost = owner;
      // Whatever else is on its way ends too.
      processes.interrupt('SIGTERM');
    }
    if (lost !== undefined) throw lostError(machine, lost);
  };
  looks.set(machine, look);
  const beat = setInterval(() => void look().catch(() => clearInterval(beat)), beatSeconds * 1000);
  let [well, listed]: [boolean, readonly Folder[]] = [false, []];
  let last: RunResult | undefined;
  try {
    listed = await work(waited || broken || differs);
    well = true;
  } catch (error) {
    throw lost === undefined ? error : lostError(machine, lost);
  } finally {
    looks.delete(machine);
    const cleared = well && broken ? begin.make.map((folder) => `-${folder}`) : [];
    const end = () => run(endScript, [...cleared, ...listed.map(({ name }) => `+${name}`)], listed.length > 0 ? longAnswer : {});
    if (!processes.interrupted) last = await end();
    // A link that broke: the lock is given back over a new one, and then nobody tells whether another has it with every right.
    const isAnswered = last?.exitCode === 0;
    if (well && !isAnswered && !processes.interrupted) last = await end();
    clearInterval(beat);
    // Only a transfer that came to its end has nothing left to continue from: the lock of another stays, and is nobody's.
    if (processes.interrupted) await run(leaveScript, [], {}, true);
    const owner = isAnswered && well ? parseLostAnswer(last?.stdout ?? '') : undefined;
    if (owner !== undefined) lost = owner;
  }
  if (lost !== undefined) throw lostError(machine, lost);
  return last?.exitCode === 0 ? heard(machine.remote, () => statesAnswered(last.stdout, listed)) : undefined;
}

/** @returns `undefined` where one of the lists is not whole @throws WrongAnswer */
function statesAnswered(text: string, folders: readonly Folder[]): StatesThere | undefined {
  const lists = listsIn(text).map((list) => /^((?:.*\0)?)end\0$/s.exec(list)?.[1]);
  if (lists.length !== folders.length || lists.includes(undefined)) return undefined;
  return new Map(folders.map((folder, index) => [folder.name, parseStates(lists[index] ?? '', baseName(folder))]));
}

async function take(
  { host, root, settings }: Context,
  { remote, shell, path, ssh }: PosixMachine,
  begin: Omit<PushBegin, 'coming'>,
): Promise<Held> {
  const token = randomUUID();
  const owner = `${host.hostname}:${root}`.replace(/[^\x20-\x7e]/g, '?');
  const seen = [...(begin.seen ?? [])];
  const todo = [
    ...seen.map(([folder]) => `=${folder}`),
    ...begin.make.map((folder) => `+${folder}`),
    ...begin.outdated.map((file) => `-${file}`),
  ];
  const limit = settings.setup.run.lock_wait_seconds;
  const deadline = host.now().getTime() + limit * 1000;
  let waited = false;
  for (;;) {
    const said = answerOf(remote, await shell.run(beginScript, [path, token, owner, ...todo]), ({ exitCode, tail }) =>
      remoteFault({ remote, ssh }, exitCode, tail),
    );
    const answer = parseLockAnswer(said);
    if (!answer) throw wrongAnswer(remote, 'does not say whether the place is free for a push');
    if (answer.state === 'taken') {
      const differs = seen.some(([, hash], index) => answer.seen[index] !== hash);
      return { token, waited, broken: answer.broken, differs };
    }
    const holder = answer.owner;
    if (host.now().getTime() >= deadline)
      throw new UserError({
        code: 'E_REMOTE_LOCKED',
        found: `\`${holder}\` is pushing to \`${remote.name}\` still after ${limit} s`,
        needed: 'one push at a time',
        fix: `let it finish; a push that was killed frees the way ${staleMinutes} minutes later`,
      });
    if (!waited) begin.note(`waiting for the push of ${holder}`);
    waited = true;
    await host.sleep(1000);
  }
}

/** This push gave no sign of life for so long that another one took it for dead, and sends to the same place now. */
const lostError = ({ remote }: PosixMachine, owner: string): UserError =>
  new UserError({
    code: 'E_LOCK_LOST',
    found: `this push stood still for so long that \`${owner}\` took its place on \`${remote.name}\``,
    needed: 'one push at a time',
    fix: 'let that one finish, then run the same command again: it looks at what lies there by then',
  });
