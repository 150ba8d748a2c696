/** Compares dotted numbers such as `525.60.13` and `470.57`: negative where the first is the older one. */
export function compareDotted(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether one dotted version is at least another, as far as its numbers go: `26.7rc1` is 26.7. One without a number is not. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = /^\d+(?:\.\d+)*/.exec(version)?.[0];
  return numbers !== undefined && compareDotted(numbers, least) >= 0;
}
