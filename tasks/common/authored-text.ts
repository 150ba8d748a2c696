import { sha256 } from './hash';

const mark = '# just-lora, SHA-256 of what follows: ';

/** A file that we write and a person may change: a line behind its head has the hash of the rest, by which a change is known. */
export function authoredText(head: readonly string[], body: string): string {
  return [...head, `${mark}${sha256(body)}`, body].join('\n');
}

/** `foreign`: not of ours; `edited`: of ours, and changed since. */
export function authorOf(text: string): 'ours' | 'edited' | 'foreign' {
  const lines = text.split('\n');
  const at = lines.slice(0, 5).findIndex((line) => line.startsWith(mark));
  if (at < 0) return 'foreign';
  return lines[at]?.slice(mark.length) === sha256(lines.slice(at + 1).join('\n')) ? 'ours' : 'edited';
}
