import { visible } from '../untrusted/text';

/** Bytes as a person reads them: GB is 10^9 bytes, everywhere. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [value, 0];
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1).replace(/\.0$/, '')} ${units[unit]}`;
}

/** Milliseconds as a person reads them. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Milliseconds of an estimate: whole seconds, one at least. */
export const roughly = (ms: number): string => (ms < 59_500 ? `${Math.max(1, Math.round(ms / 1000))} s` : duration(ms));

/** What is left of an estimate: minutes from two on, hours from one on. */
export function remaining(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (ms < 120_000) return roughly(ms);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 package`, `2 packages`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A few of many: `a, b, c and 4 more`. */
export function some(items: readonly string[], most = 4): string {
  return items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

/**
 * A word of a command line as a person may paste it. What steers a terminal or is not shown is written as `$'\033'`
 * (POSIX.1-2024, "Dollar-Single-Quotes"): the command is about that very name, and shows what is in it.
 */
export function shellWord(word: string): string {
  if (/^[\w./-]+$/.test(word)) return word;
  if (visible(word) === word && !/[\t\n]/.test(word)) return `'${word.replace(/'/g, "'\\''")}'`;
  const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;
  const bytes = [...Buffer.from(word)].map((byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x27 || byte === 0x5c ? octal(byte) : String.fromCharCode(byte),
  );
  return `$'${bytes.join('')}'`;
}
