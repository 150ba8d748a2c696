import { parseRunRecord } from './run-record';

/** What a record may be called: such a name leads nowhere else, and its length is none of another kind. */
const name = /^\w[\w-]{0,199}\.json$/;

/** Records of one remote: the newest are the last by name. */
export const mostRecords = 200;
/** Bytes of a record; one of ours has some kilobytes. */
const largestBytes = 1_000_000;

/** The names of the newest records, as the remote listed them between its marks. @returns undefined where the marks are missing */
export function parseRecordNames(text: string): string[] | undefined {
  const body = /just-lora-begin\n([\s\S]*)just-lora-end/.exec(text)?.[1];
  if (body === undefined) return undefined;
  return [...new Set(body.split('\n').filter((line) => name.test(line)))].slice(-mostRecords);
}

/**
 * Records behind lines with their name and size.
 * @param text one character a byte
 * @param asked names that were asked for: no other one is taken
 * @returns by name, what {@link parseRunRecord} understands of it, as JSON; '' for what is no record
 */
export function parseRecords(text: string, asked: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  const wanted = new Set(asked.filter((file) => name.test(file)));
  const head = /record (\S{1,210}) (\d{1,9})\n/y;
  for (let match = head.exec(text); match; match = head.exec(text)) {
    const [, file = '', size = '0'] = match;
    const end = head.lastIndex + Number(size);
    if (end > text.length) break;
    if (wanted.has(file) && Number(size) <= largestBytes) files.set(file, understood(text.slice(head.lastIndex, end)));
    head.lastIndex = end + 1;
  }
  return files;
}

function understood(bytes: string): string {
  const record = parseRunRecord(Buffer.from(bytes, 'latin1').toString('utf8'));
  return record ? `${JSON.stringify(record)}\n` : '';
}
