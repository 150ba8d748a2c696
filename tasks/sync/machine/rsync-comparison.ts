import { hiddenName, parseItem, type RsyncVersion, skippedName, unescapeName } from '../../parse/rsync-output';
import { shownName } from '../../parse/shown-name';
import type { Comparison } from '../change';

/**
 * What a dry run of rsync lists.
 * @param base the folder that its names are in
 * @param sizeOf for flavours that tell no sizes
 */
export function readComparison(
  base: string,
  stdout: string,
  { flavour }: RsyncVersion,
  sizeOf: (name: string) => number | undefined,
): Comparison {
  const comparison: Comparison & { excluded: number } = { changes: [], excluded: 0, skipped: [] };
  for (const line of stdout.split('\n')) {
    const item = parseItem(line, flavour !== 'old');
    const skipped = skippedName(line);
    if (item) {
      const { action, kind, name, bytes } = item;
      comparison.changes.push({ action, kind, folder: base, name, bytes: bytes ?? sizeOf(name) ?? 0 });
    } else if (hiddenName(line) !== undefined) comparison.excluded++;
    else if (skipped !== undefined) comparison.skipped.push(shownName(unescapeName(skipped)));
  }
  return comparison;
}
