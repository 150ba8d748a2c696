import { UserError } from '../../common/errors';
import type { RunResult } from '../../platform/processes/run';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';
import { WrongAnswer } from './wrong-answer';

/** How long a question to a remote may take (milliseconds), and how much its answer may hold (bytes). What moves files has neither. */
export interface Limits {
  timeoutMs: number | Promise<number>;
  mostBytes: number;
}

/** A command that answers in a few lines. */
export const shortAnswer: Limits = { timeoutMs: 120_000, mostBytes: 1_000_000 };
/** A list of files, or a text as long as one. */
export const longAnswer: Limits = { timeoutMs: 1_800_000, mostBytes: 64_000_000 };
/** A list for which every byte is read first. */
export const checksumAnswer: Limits = { timeoutMs: 12 * 3_600_000, mostBytes: 64_000_000 };

/** @param what the end of a sentence that begins with the remote */
export const wrongAnswer = (remote: Remote, what: string): UserError =>
  new UserError({
    code: 'E_REMOTE_ANSWER',
    found: `\`${remote.name}\` ${what}`,
    needed: 'an answer that can be true, to its end: nothing was written for this one',
    fix: `look at what lies in \`${remoteAddress(remote)}\`, and who can write there\nto leave it out: \`--only\` with other folders`,
  });

/** What is made of an answer. @throws UserError E_REMOTE_ANSWER where that is a {@link WrongAnswer} */
export function heard<T>(remote: Remote, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof WrongAnswer ? wrongAnswer(remote, error.message) : error;
  }
}

/**
 * What a question was answered with. A part of an answer is none.
 * @throws UserError E_REMOTE_ANSWER where it said too much or took too long, else what `fail` makes of it
 */
export function answerOf(remote: Remote, result: RunResult, fail: (result: RunResult) => UserError): string {
  refusePart(remote, result);
  if (result.exitCode !== 0) throw fail(result);
  return result.stdout;
}

/** @throws UserError E_REMOTE_ANSWER where an answer was cut short by its limits */
export function refusePart(remote: Remote, { cut, timedOut }: Pick<RunResult, 'cut' | 'timedOut'>): void {
  if (cut) throw wrongAnswer(remote, 'says more than is taken for one answer');
  if (timedOut) throw wrongAnswer(remote, 'did not come to the end of its answer in time');
}
