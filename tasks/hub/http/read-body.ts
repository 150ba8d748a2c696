import type * as http from 'node:http';
import { UserError } from '../../common/errors';
import { oneLine } from '../../untrusted/text';
import { NetworkError } from './network-error';

/** Of an answer that is told, or that only has to be out of the way. */
const mostTold = 65_536;
const drainMs = 2000;

/** The body of an answer as text. {@link readBytes} */
export const readText = async (response: http.IncomingMessage, most: number, from: string): Promise<string> =>
  (await readBytes(response, most, from)).toString('utf8');

/**
 * The body of an answer.
 * @param most bytes
 * @param from who answers
 * @throws UserError E_HUB_ANSWER where it is larger, NetworkError
 */
export async function readBytes(response: http.IncomingMessage, most: number, from: string): Promise<Buffer> {
  const refuse = (size: string) => {
    response.destroy();
    return new UserError({
      code: 'E_HUB_ANSWER',
      found: `${from} answered with ${size} bytes`,
      needed: `an answer of at most ${most} bytes`,
      fix: 'run the same command again; where HF_ENDPOINT is a mirror, tell its owner',
    });
  };
  const said = header(response, 'content-length');
  if (Number(said) > most) throw refuse(oneLine(said ?? '', 30));
  const { bytes, isWhole } = await read(response, most);
  if (!isWhole) throw refuse(`more than ${most}`);
  return bytes;
}

/** The first 64 kB of a body: what a refusal says. The rest is not wanted. @throws NetworkError */
export const readStart = async (response: http.IncomingMessage): Promise<string> => (await read(response, mostTold)).bytes.toString('utf8');

async function read(response: http.IncomingMessage, most: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > most) break;
    }
  } catch (error) {
    throw new NetworkError((error as Error).message, (error as NodeJS.ErrnoException).code);
  }
  return { bytes: Buffer.concat(chunks).subarray(0, most), isWhole: size <= most };
}

/** Lets a body pass that nobody wants, so that the connection may be used again; a long or a slow one ends with it. */
export function discardBody(response: http.IncomingMessage): void {
  const timer = setTimeout(() => response.destroy(), drainMs);
  let size = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostTold) response.destroy();
  });
  response.once('close', () => clearTimeout(timer));
}

/** What a body says to a person: one line, without the marks of a page. */
export const plainOf = (body: string): string => oneLine(body.slice(0, mostTold).replace(/<[^<>]*>/g, ' '), 200);

/** How a server has packed an answer that was asked for as it is; `undefined` where it has not. */
export function packing(response: Pick<http.IncomingMessage, 'headers'>): string | undefined {
  const said = header(response, 'content-encoding');
  return /\b(?:gzip|deflate|br|zstd|compress)\b/i.test(said ?? '') ? oneLine(said ?? '', 40) : undefined;
}

/** One field of the head of an answer. */
export const header = (response: Pick<http.IncomingMessage, 'headers'>, name: string): string | undefined => {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
