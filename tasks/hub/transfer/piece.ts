import type * as http from 'node:http';
import { oneLine } from '../../untrusted/text';
import { header, textOf } from '../http/answer';
import type { Head } from '../http/head';
import { NetworkError } from '../http/network-error';
import { isPassing } from '../http/patience';
import type { Hub } from '../hub';
import { hashOf } from '../hub-file';
import type { Job } from './job';
import { Landing } from './landing';
import type { Range } from './ranges';

/** A failure that another try may mend. */
export class Passing extends Error {
  constructor(
    message: string,
    /** Milliseconds that the server wants us to wait. */
    readonly waitMs = 0,
    /** The hash that the server has for the file, where that is what is wrong. */
    readonly otherHash?: string,
  ) {
    super(message);
  }
}

export interface PieceOf {
  hub: Hub;
  job: Job;
  repo: string;
  commit: string;
  signal: AbortSignal;
  /** Called with bytes once they are in the file, and the journal says so. */
  wrote(bytes: number): void;
}

/**
 * Fetches one range of a file into its place.
 * @throws Passing, with nothing lost of what came; UserError
 */
export async function fetchPiece(of: PieceOf, range: Range): Promise<void> {
  const { job, hub } = of;
  if (job.address && job.givesRanges && hub.requests.connections.isDirect(job.address)) return fetchAgain(of, job.address, range);
  const { response, url } = await open(of, range);
  const status = response.statusCode ?? 0;
  if (status !== 200 && status !== 206) throw await problemOf(of, url, response);
  let start = 0;
  try {
    if (status === 206) {
      start = startOf(job, range, response);
      job.givesRanges ||= job.address !== undefined && response.headers['content-length'] !== undefined;
    } else if (range[0] !== 0 || range[1] !== job.file.size) {
      // All of it comes, whatever was asked for: one connection takes it, and keeps what is missing.
      job.noRange = true;
      const length = Number(header(response, 'content-length') ?? job.file.size);
      if (length !== job.file.size)
        throw new Passing(`${url.host} sends ${length} bytes of \`${job.file.path}\`, expected ${job.file.size}`);
    }
  } catch (error) {
    response.destroy();
    throw error;
  }
  await receive(response, new Landing(of, range, start), status === 200, of);
}

/** The same from an address that gave a range before: no redirect, no first look, and the cheaper way for many bytes. */
async function fetchAgain({ hub: { requests }, job, signal, wrote }: PieceOf, url: URL, range: Range): Promise<void> {
  await requests.patience.ready(url);
  const landing = new Landing({ job, wrote }, range);
  const accept = (head: Head) => {
    if (head.statusCode !== 206)
      throw new Passing(`${url.host} answered ${head.statusCode} for \`${job.file.path}\``, requests.patience.heed(url, head));
    startOf(job, range, head);
    const length = Number(header(head, 'content-length'));
    if (length !== range[1] - range[0]) throw new Passing(`asked for ${range[1] - range[0]} bytes and got ${length}`);
  };
  try {
    const headers = { Range: `bytes=${range[0]}-${range[1] - 1}` };
    await requests.connections.ranges.ask({
      url,
      headers,
      stallMs: requests.stallMs,
      signal,
      accept,
      take: (bytes) => landing.take(bytes),
    });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new Passing(endedAfter(range[1] - range[0] - landing.left, error, requests.stallMs));
  } finally {
    landing.note();
  }
}

/** Asks the Hub for the file, or the CDN at the address that it gave. */
async function open(
  { hub, job, repo, commit, signal }: PieceOf,
  [start, end]: Range,
): Promise<{ response: http.IncomingMessage; url: URL }> {
  const { requests } = hub;
  let url = job.address ?? new URL(requests.endpoint + hub.pathOf(repo, commit, job.file.path));
  const home = new URL(requests.endpoint).origin;
  for (let hops = 0; hops < 8; hops++) {
    await requests.patience.ready(url);
    const headers = { ...(job.noRange ? {} : { Range: `bytes=${start}-${end - 1}` }), ...requests.headersFor(url) };
    const response = await requests.connections.send(url, { headers, stallMs: requests.stallMs, signal }).catch((error: unknown) => {
      throw error instanceof NetworkError ? new Passing(error.message) : error;
    });
    const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0) && response.headers.location !== undefined;
    if (url.origin === home && (isRedirect || (response.statusCode ?? 0) < 300)) refuseOthers(job, response, isRedirect);
    if (!isRedirect) {
      if (url.origin === home) job.isDirect = true;
      return { response, url };
    }
    response.resume();
    url = new URL(response.headers.location as string, url);
    if (url.origin !== home) job.address = url;
  }
  throw new Passing(`${url.host} redirects without an end`);
}

/** The tree of the commit says which bytes are right; a server that has others is not asked for them. */
function refuseOthers(job: Job, response: http.IncomingMessage, isRedirect: boolean): void {
  const tag = header(response, isRedirect ? 'x-linked-etag' : 'etag')?.replace(/^W\/|"/g, '');
  const { hex } = hashOf(job.file);
  const isHash = tag !== undefined && tag.length === hex.length && /^[0-9a-f]+$/.test(tag);
  if (!isHash || tag === hex) return;
  response.destroy();
  throw new Passing(`the Hub has other bytes for \`${job.file.path}\` now`, 0, tag);
}

/** Where the bytes of a partial answer begin. @throws Passing where they are not those that were asked for */
function startOf(job: Job, [start, end]: Range, head: Pick<http.IncomingMessage, 'headers'>): number {
  const said = header(head, 'content-range');
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(said ?? '') ?? [];
  if (Number(from) === start && Number(to) < end && (total === '*' || Number(total) === job.file.size)) return start;
  throw new Passing(`asked for bytes ${start}-${end - 1} of ${job.file.size} and got \`${said ?? 'no range'}\``);
}

async function problemOf({ hub: { requests }, job, repo, commit }: PieceOf, url: URL, response: http.IncomingMessage): Promise<Error> {
  const status = response.statusCode ?? 0;
  const wait = requests.patience.heed(url, response);
  const body = await textOf(response).catch(() => '');
  const isHub = url.origin === new URL(requests.endpoint).origin;
  if (isHub && !isPassing(status) && status !== 416) return requests.refused(response, body, repo, commit);
  const said = oneLine(body.replace(/<[^>]+>/g, ' '), 200);
  return new Passing(`${url.host} answered ${status} for \`${job.file.path}\`${said ? `: ${said}` : ''}`, wait);
}

/** Takes the body of an answer; where all of the file comes, no more of it than is wanted. */
async function receive(response: http.IncomingMessage, landing: Landing, isWhole: boolean, { job, hub }: PieceOf): Promise<void> {
  const body = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let came = 0;
  const broken = (error: NodeJS.ErrnoException): never => {
    throw new Passing(endedAfter(came, error, hub.requests.stallMs));
  };
  try {
    for (;;) {
      const { done, value } = await body.next().catch(broken);
      if (done) break;
      came += value.length;
      landing.take(value);
      if (landing.left === 0 && isWhole) break;
    }
    if (landing.left > 0) throw new Passing(`\`${job.file.path}\` ended ${landing.left} bytes too early`);
  } finally {
    landing.note();
    if (!response.complete) response.destroy();
  }
}

/** How far it came, in words. */
function endedAfter(bytes: number, { code, message }: NodeJS.ErrnoException, stallMs: number): string {
  return code === 'STALL' ? `no byte for ${stallMs / 1000} s` : `the connection ended after ${bytes} bytes (${code ?? message})`;
}
