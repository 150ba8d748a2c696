import type { RunEvent } from '../../engine/reporter/events';
import type { RunResult } from '../../platform/processes/run';
import type { Machine, Runtime } from '../machine';
import { type Answer, type Ended, protocolVersion, type Request } from '../there/protocol';
import type { Ahead } from './ahead';
import { parseAnswer, parseEvent } from './event';
import { MachineLines } from './lines';
import { quietMs } from './quiet';
import { programScript, startsLine } from './script';

/** One connection to a run there, which lasts until the run ends or the link does. */
export interface Connection {
  /** A shell there was reached, and handed over to Node. */
  isStarted: boolean;
  /** What it was answered with; `undefined` where it came to nothing. */
  answer: Answer | undefined;
  /** How the run ended; `undefined` where the link did. */
  ended: Ended | undefined;
  /** How the call of ssh came out. */
  result: RunResult;
}

/**
 * Asks for a run there and hands on what it tells.
 * @param ahead is asked where it waits for that
 * @param on.answer called with what it is answered with, once
 * @param on.event called with each event, and with how many bytes of its events have been read by then
 */
export async function connect(
  { remote, shell }: Machine,
  { node, app }: Runtime,
  request: Omit<Request, 'version' | 'acknowledged'>,
  on: { answer(answer: Answer): void; event(event: RunEvent, offset: number): void },
  ahead?: Ahead,
): Promise<Connection> {
  let { offset } = request;
  let isStarted = false;
  let [answer, ended]: [Answer | undefined, Ended | undefined] = [undefined, undefined];
  const lines = new MachineLines((line, bytes) => {
    if (!answer) {
      // What the login shell says before is none of it.
      isStarted ||= line === startsLine;
      answer = parseAnswer(line);
      // Another run than the one that was asked for is told from its beginning.
      if (answer?.answer === 'following' && answer.id !== request.id) offset = 0;
      if (answer) on.answer(answer);
      return;
    }
    if (ended) return;
    offset += bytes;
    const event = parseEvent(line);
    if (event?.event === 'ended' || event?.event === 'lost') {
      ended = event;
      stream.tell('told');
    } else if (event) on.event(event, offset);
  });
  const text = (acknowledged: boolean) => JSON.stringify({ ...request, version: protocolVersion, acknowledged } satisfies Request);
  const onBytes = (chunk: Buffer) => lines.add(chunk);
  const stream = ahead?.isWaiting
    ? ahead.ask(text(true), onBytes)
    : shell.stream(programScript, [remote.path, node, `${app}/lib/machines/there/run.js`], {
        first: (acknowledged) => `${text(acknowledged)}\n`,
        onBytes,
        quietMs,
      });
  const result = await stream.ended;
  return { isStarted, answer, ended, result };
}
