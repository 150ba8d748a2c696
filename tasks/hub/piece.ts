import type * as http from 'node:http';
import { header, NetworkError, textOf } from './http';
import type { Hub } from './hub';
import type { Job } from './job';
import { isPassing } from './patience';
import type { Range } from './ranges';
import { hashOf } from './tree';

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
  /** Called with bytes once they are in the file. */
  wrote(bytes: number): void;
}

const writeAt = 131_072;

/**
 * Fetches one range of a file into its place.
 * @returns the end of what is there of it now: the range's own end when all went well
 * @throws Passing, with nothing lost of what came; UserError
 */
export async function fetchPiece(of: PieceOf, range: Range): Promise<void> {
  const { response, url } = await open(of, range);
  const { job, hub } = of;
  const status = response.statusCode ?? 0;
  if (status !== 200 && status !== 206) throw await problemOf(of, url, response);
  const start = status === 206 ? startOf(job, range, response) : 0;
  if (status === 200 && (range[0] !== 0 || range[1] !== job.file.size)) {
    // All of it comes, whatever was asked for: one connection takes it, and keeps what is missing.
    job.noRange = true;
    const length = Number(header(response, 'content-length') ?? job.file.size);
    if (length !== job.file.size) {
      response.destroy();
      throw new Passing(`${url.host} sends ${length} bytes of \`${job.file.path}\`, expected ${job.file.size}`);
    }
  }
  await receive(of, response, { start, isWhole: status === 200 }, range, hub.stallMs);
}

/** Asks the Hub for the file, or the CDN at the address that it gave. */
async function open(
  { hub, job, repo, commit, signal }: PieceOf,
  [start, end]: Range,
): Promise<{ response: http.IncomingMessage; url: URL }> {
  let url = job.address ?? new URL(hub.endpoint + hub.pathOf(repo, commit, job.file.path));
  const home = new URL(hub.endpoint).origin;
  for (let hops = 0; hops < 8; hops++) {
    await hub.patience.ready(url);
    const headers = { ...(job.noRange ? {} : { Range: `bytes=${start}-${end - 1}` }), ...hub.headersFor(url) };
    const response = await hub.connections.send(url, { headers, stallMs: hub.stallMs, signal }).catch((error: unknown) => {
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

function startOf(job: Job, [start, end]: Range, response: http.IncomingMessage): number {
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header(response, 'content-range') ?? '') ?? [];
  if (Number(from) === start && Number(to) < end && (total === '*' || Number(total) === job.file.size)) return start;
  response.destroy();
  throw new Passing(
    `asked for bytes ${start}-${end - 1} of ${job.file.size} and got \`${header(response, 'content-range') ?? 'no range'}\``,
  );
}

async function problemOf({ hub, job, repo, commit }: PieceOf, url: URL, response: http.IncomingMessage): Promise<Error> {
  const status = response.statusCode ?? 0;
  const wait = hub.patience.heed(url, response);
  const body = await textOf(response).catch(() => '');
  const isHub = url.origin === new URL(hub.endpoint).origin;
  if (isHub && !isPassing(status) && status !== 416) return hub.refused(response, body, repo, commit);
  const said = body
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return new Passing(`${url.host} answered ${status} for \`${job.file.path}\`${said ? `: ${said}` : ''}`, wait);
}

/** Takes the body: what lies in the range goes into the file, in blocks; the rest is let go. */
function receive(
  { job, wrote }: PieceOf,
  response: http.IncomingMessage,
  { start, isWhole }: { start: number; isWhole: boolean },
  [from, to]: Range,
  stallMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let at = start;
    let chunks: Buffer[] = [];
    let held = 0;
    let problem: Error | undefined;
    let isEnough = false;
    const flush = () => {
      if (held === 0) return;
      const [block, size, position] = [chunks, held, at - held];
      [chunks, held] = [[], 0];
      try {
        job.write(block, position);
        wrote(size);
      } catch (error) {
        problem ??= error as Error;
        response.destroy();
      }
    };
    response.on('data', (chunk: Buffer) => {
      const begin = Math.max(0, from - at);
      const stop = Math.min(chunk.length, to - at);
      if (begin < stop) {
        chunks.push(begin === 0 && stop === chunk.length ? chunk : chunk.subarray(begin, stop));
        held += stop - begin;
      }
      const end = at + chunk.length;
      at = Math.min(end, to);
      if (held >= writeAt || chunks.length >= 512) flush();
      if (end > to && isWhole) {
        // A server without ranges: what follows is fetched, or there, already.
        isEnough = true;
        response.destroy();
      } else if (end > to) {
        problem ??= new Passing(`more bytes than asked for came for \`${job.file.path}\``);
        response.destroy();
      } else at = end;
    });
    response.on('error', (error: NodeJS.ErrnoException) => {
      if (isEnough) return;
      problem ??= new Passing(
        error.code === 'STALL'
          ? `no byte for ${stallMs / 1000} s`
          : `the connection ended after ${at - start} bytes (${error.code ?? error.message})`,
      );
    });
    response.once('close', () => {
      flush();
      if (problem) reject(problem);
      else if (at < to) reject(new Passing(`the connection ended after ${at - start} of ${to - start} bytes`));
      else resolve();
    });
  });
}
