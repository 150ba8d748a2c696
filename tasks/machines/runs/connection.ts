import type { RunEvent } from '../../engine/reporter/events';
import type { RunResult } from '../../platform/processes/processes';
import type { Machine, Runtime } from '../machine';
import { type Answer, type Ended, heartbeatMs, protocolVersion, type Request } from '../there/protocol';
import { parseAnswer, parseEvent } from './event';
import { MachineLines } from './lines';
import { programScript } from './script';

/** Milliseconds without a sign of life after which a link is dead, whatever ssh thinks of it. */
const quietMs = 5 * heartbeatMs;

/** One connection to a run there, which lasts until the run ends or the link does. */
export interface Connection {
  /** What it was answered with; `undefined` where it came to nothing. */
  answer: Answer | undefined;
  /** How the run ended; `undefined` where the link did. */
  ended: Ended | undefined;
  /** How the call of ssh came out. */
  result: RunResult;
}

/**
 * Asks for a run there and hands on what it tells.
 * @param on.answer called with what it is answered with, once
 * @param on.event called with each event, and with how many bytes of its events have been read by then
 */
export async function connect(
  { remote, shell }: Machine,
  { node, app }: Runtime,
  request: Omit<Request, 'version' | 'acknowledged'>,
  on: { answer(answer: Answer): void; event(event: RunEvent, offset: number): void },
): Promise<Connection> {
  let { offset } = request;
  let [answer, ended]: [Answer | undefined, Ended | undefined] = [undefined, undefined];
  const lines = new MachineLines((line, bytes) => {
    if (!answer) {
      // What the login shell says before is none of it.
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
  const stream = shell.stream(programScript, [remote.path, node, `${app}/lib/machines/there/run.js`], {
    first: (acknowledged) => `${JSON.stringify({ ...request, version: protocolVersion, acknowledged } satisfies Request)}\n`,
    onBytes: (chunk) => lines.add(chunk),
    quietMs,
  });
  const result = await stream.ended;
  return { answer, ended, result };
}
