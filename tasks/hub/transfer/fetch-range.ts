import type * as http from 'node:http';
import { oneLine } from '../../untrusted/text';
import type { Hub } from '../api/hub';
import type { ResponseHead } from '../http/head';
import { NetworkError } from '../http/network-error';
import { isRetryableStatus } from '../http/rate-limit';
import { discardBody, header, packing, plainOf, readStart } from '../http/read-body';
import { redirectOf } from '../http/redirect';
import { RangeWriter } from '../partials/range-writer';
import type { ByteRange } from '../partials/ranges';
import { Drip } from './drip';
import type { FileDownload } from './file-download';
import type { Progressing } from './pace';
import { beginOf, refuseOthers } from './range-answer';
import { RetryableError, TooSlow } from './retryable-error';

export interface RangeOfFile extends Progressing {
  hub: Hub;
  job: FileDownload;
  repo: string;
  commit: string;
  signal: AbortSignal;
}

/**
 * Fetches one range of a file into its place.
 * @throws RetryableError, TooSlow, with nothing lost of what came; UserError
 */
export async function fetchRange(of: RangeOfFile, range: ByteRange): Promise<void> {
  const { answerMs } = of.hub.requests;
  const drip = new Drip(answerMs, of.signal);
  try {
    await fetchInTime({ ...of, signal: drip.signal }, range, drip);
  } catch (error) {
    if (drip.isOver) throw new TooSlow(`next to nothing came in ${answerMs / 1000} s`);
    throw error;
  } finally {
    drip.end();
  }
}

async function fetchInTime(of: RangeOfFile, range: ByteRange, drip: Drip): Promise<void> {
  const { job, hub } = of;
  const { connections } = hub.requests;
  if (job.address && (job.givesRanges ?? connections.ranges.isProven(job.address)) && connections.isDirect(job.address))
    return fetchAgain(of, job.address, range, drip);
  const { response, url, tookMs } = await open(of, range, drip);
  const status = response.statusCode ?? 0;
  if (status !== 200 && status !== 206) throw await problemOf(of, url, response);
  of.answered(tookMs);
  let start = 0;
  job.packed = packing(response);
  try {
    if (status === 206) {
      start = beginOf(job, range, response);
      job.givesRanges ||= job.address !== undefined && response.headers['content-length'] !== undefined;
    } else if (range[0] !== 0 || range[1] !== job.file.size) {
      // All of it comes, whatever was asked for: one connection takes it, and keeps what is missing.
      job.noRange = true;
      const length = Number(header(response, 'content-length') ?? job.file.size);
      if (length !== job.file.size)
        throw new RetryableError(
          `${url.host} sends ${length} bytes of \`${job.file.path}\`${job.packed ? ` with \`Content-Encoding: ${job.packed}\`` : ''}, expected ${job.file.size}`,
        );
    }
  } catch (error) {
    response.destroy();
    throw error;
  }
  await receive(response, new RangeWriter(of, range, start), status === 200, of, drip);
}

/** Fetches a range from an address, or a server, that gave one before: no redirect, no first look, and the cheaper way for many bytes. */
async function fetchAgain(of: RangeOfFile, url: URL, range: ByteRange, drip: Drip): Promise<void> {
  const { hub, job, signal } = of;
  const { requests } = hub;
  await drip.hold(requests.patience.wait(url));
  const writer = new RangeWriter(of, range);
  const askedMs = performance.now();
  const accept = (head: ResponseHead) => {
    if (head.statusCode !== 206)
      throw new RetryableError(`${url.host} answered ${head.statusCode} for \`${job.file.path}\``, requests.patience.observe(url, head));
    of.answered(performance.now() - askedMs);
    beginOf(job, range, head);
    const length = Number(header(head, 'content-length'));
    if (length !== range[1] - range[0]) throw new RetryableError(`asked for ${range[1] - range[0]} bytes and got ${length}`);
  };
  try {
    const headers = { Range: `bytes=${range[0]}-${range[1] - 1}` };
    await requests.connections.ranges.ask({
      url,
      headers,
      stallMs: requests.stallMs,
      signal,
      accept,
      take: (bytes) => {
        drip.take(bytes.length);
        writer.take(bytes);
      },
    });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new RetryableError(endedAfter(range[1] - range[0] - writer.left, error, requests.stallMs));
  } finally {
    writer.note();
  }
}

/** Asks the Hub for the file, or the CDN at the address that it gave. @returns with the milliseconds that the last of them took to answer */
async function open(
  { hub, job, repo, commit, signal }: RangeOfFile,
  [start, end]: ByteRange,
  drip: Drip,
): Promise<{ response: http.IncomingMessage; url: URL; tookMs: number }> {
  const { requests } = hub;
  let url = job.address ?? new URL(requests.endpoint + hub.pathOf(repo, commit, job.file.path));
  for (let hops = 0; ; hops++) {
    await drip.hold(requests.patience.wait(url));
    const headers = { ...(job.noRange ? {} : { Range: `bytes=${start}-${end - 1}` }), ...requests.headersFor(url) };
    const askedMs = performance.now();
    const response = await requests.connections.send(url, { headers, stallMs: requests.stallMs, signal }).catch((error: unknown) => {
      throw error instanceof NetworkError ? new RetryableError(error.message) : error;
    });
    try {
      requests.refuseOtherCommit(url, response, commit);
      const target = redirectOf(response, url, hops);
      if (requests.isHome(url) && (target || (response.statusCode ?? 0) < 300)) refuseOthers(job, response, target !== undefined);
      if (!target) {
        if (requests.isHome(url)) job.isDirect = true;
        return { response, url, tookMs: performance.now() - askedMs };
      }
      discardBody(response);
      url = target;
      if (!requests.isHome(url)) job.address = url;
    } catch (error) {
      response.destroy();
      throw error;
    }
  }
}

async function problemOf({ hub: { requests }, job, repo, commit }: RangeOfFile, url: URL, response: http.IncomingMessage): Promise<Error> {
  const status = response.statusCode ?? 0;
  const body = await readStart(response).catch(() => '');
  const wait = requests.patience.observe(url, response);
  if (requests.isHome(url) && !isRetryableStatus(status) && status !== 416) return requests.refused(response, body, repo, commit);
  const said = plainOf(body);
  return new RetryableError(`${url.host} answered ${status} for \`${job.file.path}\`${said ? `: ${said}` : ''}`, wait);
}

/** Takes the body of an answer; where all of the file comes, no more of it than is wanted. */
async function receive(
  response: http.IncomingMessage,
  writer: RangeWriter,
  isWhole: boolean,
  { job, hub }: RangeOfFile,
  drip: Drip,
): Promise<void> {
  const body = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const wanted = writer.left;
  let came = 0;
  const broken = (error: NodeJS.ErrnoException): never => {
    throw new RetryableError(endedAfter(came, error, hub.requests.stallMs));
  };
  try {
    for (;;) {
      const { done, value } = await body.next().catch(broken);
      if (done) break;
      came += value.length;
      drip.take(value.length);
      writer.take(value);
      if (writer.left === 0 && isWhole) break;
      if (came > wanted && !isWhole)
        throw new RetryableError(`more than the ${wanted} bytes of \`${job.file.path}\` came that were asked for`);
    }
    if (writer.left > 0) throw new RetryableError(`\`${job.file.path}\` ended ${writer.left} bytes too early`);
  } finally {
    writer.note();
    if (!response.complete) response.destroy();
  }
}

/** How far it came, in words. */
function endedAfter(bytes: number, { code, message }: NodeJS.ErrnoException, stallMs: number): string {
  return code === 'STALL' ? `no byte for ${stallMs / 1000} s` : `the connection ended after ${bytes} bytes (${code ?? oneLine(message)})`;
}
