import type * as http from 'node:http';
import { oneLine } from '../../untrusted/text';
import { header } from '../http/read-body';
import { hashOf } from '../model/hub-file';
import type { ByteRange } from '../partials/ranges';
import type { FileDownload } from './file-download';
import { RetryableError } from './retryable-error';

/** The tree of the commit says which bytes are right; a server that has others is not asked for them. */
export function refuseOthers(job: FileDownload, response: http.IncomingMessage, isRedirect: boolean): void {
  const tag = header(response, isRedirect ? 'x-linked-etag' : 'etag')?.replace(/^W\/|"/g, '');
  const { hex } = hashOf(job.file);
  const isHash = tag !== undefined && tag.length === hex.length && /^[0-9a-f]+$/.test(tag);
  if (!isHash || tag === hex) return;
  throw new RetryableError(`the Hub has other bytes for \`${job.file.path}\` now`, 0, tag);
}

/** Where the bytes of a partial answer begin. @throws RetryableError where they are not those that were asked for */
export function beginOf(job: Pick<FileDownload, 'file'>, [start, end]: ByteRange, head: Pick<http.IncomingMessage, 'headers'>): number {
  const said = header(head, 'content-range');
  const [, from = '', to = '', total = ''] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(said ?? '') ?? [];
  const length = header(head, 'content-length') ?? `${Number(to) + 1 - start}`;
  const isWithin = from !== '' && Number(from) === start && Number(to) >= start && Number(to) < end;
  if (isWithin && (total === '*' || Number(total) === job.file.size) && Number(length) === Number(to) + 1 - start) return start;
  const got = said === undefined ? 'no range' : `\`${oneLine(said, 80)}\`, ${oneLine(length, 20)} bytes`;
  throw new RetryableError(`asked for bytes ${start}-${end - 1} of ${job.file.size} and got ${got}`);
}
