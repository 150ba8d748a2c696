import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import type { RelativeName } from '../../../untrusted/names';
import { checksumAnswer, heard, longAnswer } from '../../answers/answer';
import { namesInTheWay } from '../../answers/rsync-output';
import type { Comparison } from '../../compare/change';
import type { Filters } from '../../compare/filters';
import { baseName, type Direction, type Folder, isOwn } from '../../compare/folders';
import { refuseLinksOut } from '../../compare/links';
import { keptLinks, lookThrough, type OutsideLinks } from '../../compare/outside-links';
import type { Sides } from '../../compare/sides';
import { refuseWay } from '../../session/staging';
import type { Compare } from '../../session/transport';
import { remoteFault } from '../faults';
import type { filesThere } from '../files';
import type { PosixMachine } from '../machine';
import { retrying } from '../retry';
import { dropMaster } from '../ssh/ssh';
import { withoutKept } from './kept-folders';
import { compareByList } from './list-comparison';
import { rsyncArgs } from './rsync-args';
import type { RsyncCalls } from './rsync-calls';
import { type RsyncQuestion, readComparison } from './rsync-comparison';

/**
 * What differs, by the list of the look where that tells it, else by a dry run of rsync.
 * @param receiving the files of the side that receives
 */
export function comparing(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  filters: Filters,
  calls: RsyncCalls,
  receiving: ReturnType<typeof filesThere>,
) {
  const { root } = context;
  const { sides, links, call, run, fault, flavour } = calls;
  const compare = async (folder: Folder, how: Compare): Promise<Comparison> => {
    const at = sides(folder);
    const listed = (await links(folder)).size > 0 ? undefined : compareByList(machine, direction, folder, at, how);
    if (listed && direction === 'pull') refuseWay(context, at.here, listed.changes);
    if (listed) return listed;
    // Nothing there yet: compared with a folder that does not exist, here, since rsync wants its parent.
    const nowhere = at.isNew ? { to: nowhereIn(root), ...(direction === 'push' ? { ssh: undefined } : {}) } : {};
    const listDeletions = how.deletions && at.file === undefined && !at.isNew;
    const args = rsyncArgs(await call(folder, at, { dryRun: true, listDeletions, checksum: how.checksum, ...nowhere }));
    const { stdout, inTheWay } = await retrying(
      context,
      async () => {
        const tried = await run(args, how.checksum ? checksumAnswer : longAnswer);
        const names = tried.exitCode === 23 ? heard(machine.remote, () => namesInTheWay(tried.text)) : [];
        // The rest is listed; these are for who looks what stands in the way.
        return names.length > 0 ? { ...tried, exitCode: 0, inTheWay: names } : { ...tried, inTheWay: names };
      },
      () => dropMaster(context, machine.ssh),
      fault,
    );
    const asked = askedFor(folder, at, listDeletions, await links(folder));
    const { links: told, ...comparison } = heard(machine.remote, () => readComparison(stdout, asked));
    comparison.changes = await withoutKept(comparison.changes, {
      below: (folders) => receiving.below(at.base, folders),
      standing: (names) => receiving.standing({ name: at.base }, names),
    });
    for (const { name, kind } of inTheWay)
      comparison.changes.push({ action: 'added', kind, folder: at.base, name, bytes: asked.sizeOf(name) ?? 0 });
    if (direction === 'pull') {
      refuseLinksOut(told);
      refuseWay(context, at.here, comparison.changes);
      return comparison;
    }
    return { ...comparison, keptLinks: keptLinks(context, folder, filters) };
  };
  const askedFor = (folder: Folder, { base, here, file }: Sides, deletions: boolean, through: OutsideLinks): RsyncQuestion => ({
    base,
    flavour,
    deletions,
    isMeant: (name) => (file === undefined || name === baseName(folder)) && !isOwn(folder, name),
    sizeOf: (name) => (direction === 'push' ? lookThrough(context, here, name, through)?.size : undefined),
  });

  const names = async (folder: Folder): Promise<RelativeName[]> => {
    const [at, through] = [sides(folder), await links(folder)];
    // Compared with nothing, every file that travels is new.
    const from = `${at.here}/${at.file ?? ''}`;
    const { exitCode, stdout, text } = await run(
      rsyncArgs(await call(folder, at, { dryRun: true, ssh: undefined, from, to: nowhereIn(root) })),
      longAnswer,
    );
    if (exitCode !== 0) throw remoteFault(machine, exitCode, text);
    return heard(machine.remote, () => readComparison(stdout, { ...askedFor(folder, at, false, through), sizeOf: () => 0 }))
      .changes.filter(({ kind }) => kind === 'file')
      .map(({ name }) => name);
  };
  return { compare, names };
}

const nowhereIn = (root: string): string => path.join(root, '.just-lora-nowhere/');
