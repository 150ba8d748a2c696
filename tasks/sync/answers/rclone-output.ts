import { byteName, shownName } from '../../common/shown-name';
import { isByteCount } from '../../untrusted/hashes';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { oneLine } from '../../untrusted/text';
import { bothEnds } from './both-ends';
import { WrongAnswer } from './wrong-answer';

/** What rclone 1.60 and newer prints. */

/**
 * `rclone lsjson -R --files-only`, by names as UTF-8 text, which are not judged here.
 * @throws WrongAnswer where it is no list of files with sizes, or one comes twice, as a drive may have it
 */
export function parseLsjson(text: string): Map<string, { size: number; modifiedMs: number }> {
  const entries = tryParse(text.trim() === '' ? '[]' : text);
  if (!Array.isArray(entries)) throw new WrongAnswer('answers with no list that can be read');
  const files = new Map<string, { size: number; modifiedMs: number }>();
  for (const entry of entries as unknown[]) {
    const { Path, Size, ModTime, IsDir } = fieldsOf(entry) ?? {};
    if (IsDir === true) continue;
    if (typeof Path !== 'string') throw new WrongAnswer('lists a file without a name');
    const shown = () => oneLine(shownName(byteName(Path.slice(0, 5000))));
    if (!isByteCount(Size)) throw new WrongAnswer(`lists \`${shown()}\` without a size`);
    if (files.has(Path)) throw new WrongAnswer(`lists \`${shown()}\` twice`);
    files.set(Path, { size: Size, modifiedMs: Date.parse(String(ModTime)) || 0 });
  }
  return files;
}

/** Bytes so far, of a line of `--use-json-log --stats 1s`; `undefined` for any other line. */
export function statsBytes(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  const bytes = fieldsOf(fieldsOf(tryParse(line, 100_000))?.['stats'])?.['bytes'];
  return isByteCount(bytes) ? bytes : undefined;
}

/** The messages of a JSON log that say what went wrong. */
export function logErrors(text: string): string {
  const messages = bothEnds(text)
    .split('\n')
    .flatMap((line) => {
      const fields = fieldsOf(tryParse(line));
      if (!fields) return line.trim() === '' ? [] : [line];
      const { level, msg, object } = fields;
      if (!['error', 'critical', 'fatal'].includes(String(level))) return [];
      return [`${typeof object === 'string' ? `${object}: ` : ''}${typeof msg === 'string' ? msg.trim() : ''}`];
    });
  return [...new Set(messages)].join('\n');
}

/** Files that grew or shrank while they were read, by the log. */
export const changingFiles = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/^(.{1,4096}?): (?:Failed to copy: )?can't copy - source file is being updated/gm)].map(([, name = '']) => name),
  ),
];

export type RcloneFault = 'changing' | 'no-remote' | 'login' | 'no-bucket' | 'missing' | 'full' | 'read-only' | 'unreachable' | 'other';

/** Why rclone failed, by its text. */
export function rcloneFault(text: string): RcloneFault {
  if (/source file is being updated/i.test(text)) return 'changing';
  if (/didn't find section in config|unknown backend|not found in config|didn't find backend/i.test(text)) return 'no-remote';
  if (/NoSuchBucket|bucket.*(not exist|not found)/i.test(text)) return 'no-bucket';
  if (
    /AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|Forbidden|Unauthorized|invalid_grant|status code: 40[13]|no credentials|NoCredentialProviders|token expired|empty token/i.test(
      text,
    )
  )
    return 'login';
  if (/no space left|file too big for remaining disk space|insufficient storage|disk full|quota|storageQuotaExceeded/i.test(text))
    return 'full';
  if (/remotes? (?:are|is) read[- ]only|read-only file system/i.test(text)) return 'read-only';
  if (/directory not found|object not found|error listing: directory|NoSuchKey/i.test(text)) return 'missing';
  if (/connection refused|no such host|timeout|timed out|unreachable|connection reset|EOF/i.test(text)) return 'unreachable';
  return 'other';
}
