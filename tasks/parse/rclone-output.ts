/** What rclone 1.60 and newer prints. */

/** `rclone lsjson -R --files-only`: names are UTF-8 text. */
export function parseLsjson(text: string): { name: string; size: number; modifiedMs: number }[] {
  const entries = JSON.parse(text.trim() === '' ? '[]' : text) as { Path: string; Size: number; ModTime: string; IsDir?: boolean }[];
  return entries
    .filter(({ IsDir }) => !IsDir)
    .map(({ Path, Size, ModTime }) => ({ name: Path, size: Size, modifiedMs: Date.parse(ModTime) || 0 }));
}

/** Bytes so far, of a line of `--use-json-log --stats 1s`; `undefined` for any other line. */
export function statsBytes(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return (JSON.parse(line) as { stats?: { bytes?: number } }).stats?.bytes;
  } catch {
    return undefined;
  }
}

/** The messages of a JSON log that say what went wrong. */
export function logErrors(text: string): string {
  const messages = text.split('\n').flatMap((line) => {
    try {
      const { level, msg, object } = JSON.parse(line) as { level?: string; msg?: string; object?: string };
      return level === 'error' || level === 'critical' || level === 'fatal' ? [`${object ? `${object}: ` : ''}${msg?.trim()}`] : [];
    } catch {
      return line.trim() === '' ? [] : [line];
    }
  });
  return [...new Set(messages)].join('\n');
}

export type RcloneFault = 'no-remote' | 'login' | 'no-bucket' | 'missing' | 'full' | 'unreachable' | 'other';

/** Why rclone failed, by its text. */
export function rcloneFault(text: string): RcloneFault {
  if (/didn't find section in config|unknown backend|not found in config|didn't find backend/i.test(text)) return 'no-remote';
  if (/NoSuchBucket|bucket.*(not exist|not found)/i.test(text)) return 'no-bucket';
  if (
    /AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|Forbidden|Unauthorized|invalid_grant|status code: 40[13]|no credentials|NoCredentialProviders|token expired|empty token/i.test(
      text,
    )
  )
    return 'login';
  if (/no space left|quota|storageQuotaExceeded/i.test(text)) return 'full';
  if (/directory not found|object not found|error listing: directory|NoSuchKey/i.test(text)) return 'missing';
  if (/connection refused|no such host|timeout|timed out|unreachable|connection reset|EOF/i.test(text)) return 'unreachable';
  return 'other';
}
