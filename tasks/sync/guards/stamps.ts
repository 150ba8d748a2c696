import type { Entry } from '../../platform/files/tree-reading';
import { seconds } from '../compare/listing';

/*
 * A stamp is what a file looks like: its size in bytes and when it was changed, with a blank between. This machine and shells say that
 * time in seconds since 1970, as find's `%T@` (`12 1700000000.1234567890`), stores in milliseconds (`12 1700000000123`).
 */

/** In nanoseconds. */
const second = 1_000_000_000n;

/** What an entry here looks like, '' where there is none. */
export function stampOf(entry: Pick<Entry, 'size' | 'modified'> | undefined): string {
  if (!entry) return '';
  const { size, modified } = entry;
  // Of a time before 1970 too the fraction counts forward.
  const fraction = ((modified % second) + second) % second;
  return `${size} ${(modified - fraction) / second}.${String(fraction).padStart(9, '0')}`;
}

/** The same, true to the second. */
export const wholeSecond = (stamp: string): string => stamp.replace(/\.\d+$/, '');

/** Of a state as a transport tells it, size and time alone: a copy to another inode is no work. */
export const stampIn = (state: string | undefined): string | undefined => state?.split(' ').slice(0, 2).join(' ');

/** Milliseconds since 1970. A number of twelve digits is no seconds: those would be of the year 5138. */
export function millisecondsIn(stamp: string): number {
  const [whole = '', fraction = ''] = (stamp.split(' ')[1] ?? '').split('.');
  return whole.length > 11 ? Number(whole) : Number(whole) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

export const sizeIn = (stamp: string): number => Number(stamp.split(' ')[0]);

/** Is it the same file by its looks, whoever tells them? Times count as exactly as both sides keep them: some by the second, exFAT by 10 ms. */
export function isAlike(one: string, other: string): boolean {
  if (one === other) return true;
  if (sizeIn(one) !== sizeIn(other)) return false;
  const times = [millisecondsIn(one), millisecondsIn(other)] as const;
  if (times.some((time) => time % 1000 === 0)) return seconds(times[0]) === seconds(times[1]);
  return Math.abs(times[0] - times[1]) < 10;
}

/** As rsync has it: the same size, changed in the same second. */
export const isSameToRsync = (one: string, other: string): boolean => wholeSecond(one) === wholeSecond(other);

/** Is one of them the other one on a disk that keeps every other second alone, as FAT does, which has no links? */
export function isOfFat(one: string, other: string): boolean {
  const [earlier, later] = [millisecondsIn(one), millisecondsIn(other)].sort((a, b) => a - b) as [number, number];
  return sizeIn(one) === sizeIn(other) && earlier % 2000 === 0 && later - earlier < 2000;
}
