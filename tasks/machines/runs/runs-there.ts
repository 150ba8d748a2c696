import type { Context } from '../../engine/context';
import { string } from '../../engine/records/careful-json';
import { answerOf, wrongAnswer } from '../../sync/answers/answer';
import { remoteFault } from '../../sync/posix/faults';
import { loginFault } from '../../sync/posix/ssh/login-fault';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { oneLine } from '../../untrusted/text';
import type { Machine } from '../machine';
import { isRunId } from '../there/run-folder';
import { parseEvent } from './event';
import { runsScript } from './run-scripts';

/** A run of a machine, as its folder tells of it. */
export interface ListedRun {
  id: string;
  /** ISO 8601, UTC. */
  since: string;
  shown: string;
  from: string;
  isAtWork: boolean;
  /** How it is, in a few words. */
  state: string;
}

/** The runs that a machine keeps of this project, the newest last. @throws UserError by the fault of the way, E_REMOTE_ANSWER */
export async function runsThere(context: Context, { remote, shell }: Machine): Promise<ListedRun[]> {
  const answer = await shell.run(runsScript, [remote.path], { limits: { timeoutMs: 40_000 } });
  const runs = parseRuns(answer.stdout);
  if (runs) return runs;
  if (answer.exitCode !== 0 && shell.ssh) throw await loginFault(context, remote, shell.ssh, answer);
  answerOf(remote, answer, ({ exitCode, tail }) => remoteFault({ remote }, exitCode, tail));
  throw wrongAnswer(remote, 'does not say which runs it has');
}

/** @param text one character a byte @returns undefined where it is no list to its end */
export function parseRuns(text: string): ListedRun[] | undefined {
  const body = /just-lora-begin\n([\s\S]*)just-lora-end/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const lines = Buffer.from(body, 'latin1').toString('utf8').split('\n');
  return lines
    .slice(0, 1000)
    .flatMap((line, at) => {
      const [, state = '', json] = /^run (work|starting|ended|reboot) (.*)$/.exec(line) ?? [];
      const fields = fieldsOf(tryParse(json, 30_000));
      const [id, since] = [string(fields?.['id']) ?? '', new Date(string(fields?.['since']) ?? Number.NaN)];
      if (!fields || !isRunId(id) || Number.isNaN(since.getTime())) return [];
      const end = /^end (.*)$/.exec(lines[at + 1] ?? '')?.[1] ?? '';
      const isAtWork = state === 'work' || state === 'starting';
      return [
        {
          id,
          since: since.toISOString(),
          shown: oneLine(string(fields['shown']) ?? '', 200),
          from: oneLine(string(fields['from']) ?? '', 100),
          isAtWork,
          state: isAtWork ? 'at work' : endedText(end, state === 'reboot'),
        },
      ];
    })
    .slice(-100);
}

/** @param end the last events, in one line */
function endedText(end: string, isReboot: boolean): string {
  const events = end.split(/ (?=\{"event")/).flatMap((line) => parseEvent(line.trim()) ?? []);
  const ended = events.find(({ event }) => event === 'ended');
  if (ended?.event === 'ended') return ended.signal ? `ended by ${ended.signal}` : `exit code ${ended.code}`;
  return isReboot ? 'the machine started anew' : 'killed';
}
