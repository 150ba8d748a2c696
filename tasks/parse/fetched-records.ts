/** What a record may be called: such a name leads nowhere else. */
const name = /^\w[\w-]*\.json$/;

/** The names of records, as the remote listed them between its marks. @returns undefined where the marks are missing */
export function parseRecordNames(text: string): string[] | undefined {
  const body = /just-lora-begin\n([\s\S]*)just-lora-end/.exec(text)?.[1];
  return body?.split('\n').filter((line) => name.test(line));
}

/** Files behind lines with their name and size. @param text one character a byte @returns by name, as UTF-8 */
export function parseRecords(text: string): Map<string, string> {
  const files = new Map<string, string>();
  const head = /record (\S+) (\d+)\n/y;
  for (let match = head.exec(text); match; match = head.exec(text)) {
    const [, file = '', size = '0'] = match;
    const end = head.lastIndex + Number(size);
    if (end > text.length) break;
    if (name.test(file)) files.set(file, Buffer.from(text.slice(head.lastIndex, end), 'latin1').toString('utf8'));
    head.lastIndex = end + 1;
  }
  return files;
}
