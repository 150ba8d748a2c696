import type { Volume } from './volumes';

interface Budgets {
  /** Bytes that data, models and adapters may grow to. */
  kept: number;
  /** `kept`, and the room to work in. */
  all: number;
}

/** The sums of the budgets of some parts. */
export function budgetsOf(parts: readonly { budgetBytes: number; buffer?: boolean }[]): Budgets {
  const sum = (some: typeof parts) => some.reduce((total, { budgetBytes }) => total + budgetBytes, 0);
  return { kept: sum(parts.filter(({ buffer }) => !buffer)), all: sum(parts) };
}

/**
 * The thresholds are for the whole project; a filesystem that takes a part of it needs its share:
 * of the error threshold by what is kept there, of the warning by the buffer too.
 * @returns bytes that are wanted, and how the free bytes and those already there compare
 */
export function checkVolume(volume: Volume, whole: Budgets, errorBytes: number, warnBytes: number) {
  const budget = budgetsOf(volume.parts);
  const thereBytes = volume.parts.reduce((sum, part) => sum + Math.min(part.thereBytes, part.budgetBytes), 0);
  const share = (part: number, of: number) => (of > 0 ? part / of : 1);
  const wantedBytes = Math.round(errorBytes * share(budget.kept, whole.kept));
  const comfortBytes = Math.max(wantedBytes, Math.round(warnBytes * share(budget.all, whole.all)));
  const room = volume.availableBytes + thereBytes;
  const level = room < wantedBytes ? 'error' : room < comfortBytes ? 'warn' : 'ok';
  return { volume, thereBytes, wantedBytes, comfortBytes, level } as const;
}

/** How one filesystem compares with what is wanted of it. */
export type VolumeVerdict = ReturnType<typeof checkVolume>;
