/** Lines that one has and the other has not, comments and hashes left out: `- disk_size: 80`, `+ disk_size: 90`. */
export function changedLines(before: string, after: string): string[] {
  const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const [old, next] = [linesOf(before), linesOf(after)];
  const without = (some: readonly string[], others: readonly string[]) => some.filter((line) => !others.includes(line));
  return [...without(old, next).map((line) => `- ${line.trim()}`), ...without(next, old).map((line) => `+ ${line.trim()}`)];
}
