/** Room on a disk moves all the time: so much of it, up or down, is no news. */
const tolerance = 0.05;

const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const amount = /(\d+(?:\.\d+)?) (B|kB|MB|GB|TB)\b/g;
/** Lengths of bars follow the amounts. */
const length = /(?<= (?:width|x|x1|x2)=")\d+(?:\.\d+)?%(?=")/g;

/** Do two pages say the same, but for amounts of bytes that differ by a twentieth at most? Both have the same time. */
export function isSamePage(one: string, other: string): boolean {
  if (wordsOf(one) !== wordsOf(other)) return false;
  const [left, right] = [amountsOf(one), amountsOf(other)];
  return left.every((value, index) => Math.abs(value - (right[index] ?? 0)) <= tolerance * Math.max(value, right[index] ?? 0));
}

const wordsOf = (text: string): string => text.replace(amount, '#').replace(length, '#');
const amountsOf = (text: string): number[] => [...text.matchAll(amount)].map(([, value, unit = 'B']) => Number(value) * (units[unit] ?? 1));
