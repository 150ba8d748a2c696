import { shownName } from '../../../common/shown-name';
import type { RelativeName } from '../../../untrusted/names';
import { nameThere, refuseCollisions } from '../../answers/name-there';
import { hiddenName, parseItem, type RsyncFlavour, skippedName, unescapeName } from '../../answers/rsync-output';
import { mostFiles, WrongAnswer } from '../../answers/wrong-answer';
import type { Comparison, FileChange } from '../../compare/change';

/** What a dry run of rsync was asked for. */
export interface RsyncQuestion {
  /** The folder that its names are in. */
  base: string;
  flavour: RsyncFlavour;
  /** Deletions were asked for: without that there are none. */
  deletions: boolean;
  /** Whether such a file can be listed at all: patterns of ours leave out the rest. */
  isMeant(name: RelativeName): boolean;
  /** For flavours that tell no sizes. */
  sizeOf(name: RelativeName): number | undefined;
}

/** What it listed, and where links lead, as far as the flavour tells. */
export interface RsyncComparison extends Comparison {
  links: (readonly [FileChange, target: string])[];
}

/**
 * What a dry run of rsync lists. Either side writes into that list, and neither needs to be a real rsync.
 * @throws WrongAnswer for what cannot be in it
 */
export function readComparison(stdout: string, { base, flavour, deletions, isMeant, sizeOf }: RsyncQuestion): RsyncComparison {
  const comparison: RsyncComparison & { excluded: number } = { changes: [], excluded: 0, skipped: [], links: [] };
  for (const line of stdout.split('\n')) {
    const item = parseItem(line, flavour);
    const skipped = skippedName(line);
    if (item) {
      const { action, kind, name, bytes, target } = item;
      if (action === 'deleted' && !deletions) throw new WrongAnswer(`lists \`${shownName(name)}\` as deleted, which nobody asked for`);
      if (!isMeant(name)) throw new WrongAnswer(`lists \`${shownName(name)}\`, which never travels`);
      const change: FileChange = { action, kind, folder: base, name, bytes: bytes ?? sizeOf(name) ?? 0 };
      if (comparison.changes.push(change) > mostFiles) throw new WrongAnswer(`lists more than ${mostFiles} files in one folder`);
      if (target !== undefined) comparison.links.push([change, target]);
    } else if (hiddenName(line) !== undefined) comparison.excluded++;
    else if (skipped !== undefined) comparison.skipped.push(shownName(nameThere(unescapeName(skipped))));
  }
  refuseMixed(comparison.changes);
  return comparison;
}

/** What comes is one thing by each name. A folder that takes the place of a file is deleted as that first, and listed twice. */
function refuseMixed(changes: readonly FileChange[]): void {
  const come = changes.filter(({ action }) => action !== 'deleted');
  const files = new Set(come.filter(({ kind }) => kind !== 'folder').map(({ name }) => name));
  refuseCollisions(come.filter(({ kind }) => kind !== 'folder').map(({ name }) => name));
  const both = come.find(({ kind, name }) => kind === 'folder' && files.has(name));
  if (both) throw new WrongAnswer(`lists \`${shownName(both.name)}\` as a folder and as a file`);
}
