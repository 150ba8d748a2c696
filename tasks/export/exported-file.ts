import { sha256 } from '../common/hash';

const mark = '# just-lora export, SHA-256 of what follows: ';

/** A file of ours: its head says who wrote it, and has the hash of the rest, by which a change of a person is seen. */
export function exportedText(command: string, lines: readonly string[]): string {
  const body = `${lines.join('\n')}\n`;
  return [
    `# Written by \`${command}\` from the settings of this project; the same command writes it anew where they changed.`,
    '# What you change here is never written over: then the command says so. Change the settings, or keep it under another name.',
    `${mark}${sha256(body)}`,
    body,
  ].join('\n');
}

/** `foreign`: not of ours; `edited`: of ours, and changed since. */
export function authorOf(text: string): 'ours' | 'edited' | 'foreign' {
  const lines = text.split('\n');
  const at = lines.slice(0, 5).findIndex((line) => line.startsWith(mark));
  if (at < 0) return 'foreign';
  return lines[at]?.slice(mark.length) === sha256(lines.slice(at + 1).join('\n')) ? 'ours' : 'edited';
}

/** Lines that one has and the other has not, comments and hashes left out: `- disk_size: 80`, `+ disk_size: 90`. */
export function changedLines(before: string, after: string): string[] {
  const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const [old, next] = [linesOf(before), linesOf(after)];
  const without = (some: readonly string[], others: readonly string[]) => some.filter((line) => !others.includes(line));
  return [...without(old, next).map((line) => `- ${line.trim()}`), ...without(next, old).map((line) => `+ ${line.trim()}`)];
}
