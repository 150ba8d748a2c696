import * as path from 'node:path';
import { shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { RunOptions } from '../../../platform/processes/run';
import type { RelativeName } from '../../../untrusted/names';
import { checksumAnswer, heard, type Limits, longAnswer, refusePart } from '../../answers/answer';
import { fileByFile, hasMoved, namesInTheWay, progressBytes, type RsyncVersion } from '../../answers/rsync-output';
import type { Tree } from '../../answers/tree';
import type { FileChange } from '../../compare/change';
import { countHere, statesHere } from '../../compare/files-here';
import type { Filters } from '../../compare/filters';
import { baseName, type Direction, type Folder, isOwn } from '../../compare/folders';
import { refuseLinksOut } from '../../compare/links';
import { seconds } from '../../compare/listing';
import { keptLinks, linksOf, lookThrough, type OutsideLinks } from '../../compare/outside-links';
import { type Sides, sidesOf } from '../../compare/sides';
import { commitStaging, openStaging, refuseWay, removeHere } from '../../session/staging';
import type { Compare, FileStates, Transport } from '../../session/transport';
import { remoteFault, unreadableSource, withoutNoise } from '../faults';
import { filesHere, filesThere } from '../files';
import { stillHeld, withRemoteLock } from '../lock';
import type { PosixMachine } from '../machine';
import { bringAhead, waysOfLarge } from '../ranges/bring-ahead';
import { retrying, type Try } from '../retry';
import { sameContents } from '../same-contents';
import { addressIn, dropMaster } from '../ssh/ssh';
import { withoutKept } from './kept-folders';
import { compareByList } from './list-comparison';
import { listedName, type RsyncCall, rsyncArgs } from './rsync-args';
import { type RsyncQuestion, readComparison } from './rsync-comparison';
import { bringShares, wayOfShares } from './shares';

/** rsync on both ends, over ssh or to a mounted volume. */
export function rsyncTransport(context: Context, machine: PosixMachine, direction: Direction, filters: Filters): Transport {
  const { host, root, settings } = context;
  const { sync } = settings.setup;
  const rsyncHere = machine.rsyncHere as RsyncVersion;
  const other = filesThere(machine);
  const receiving = direction === 'push' ? other : filesHere(context, machine.remote);
  const sides = (folder: Folder) => sidesOf(context, machine, folder, direction);
  const links = linksOf(context, direction, filters);
  const call = async (folder: Folder, { here, there, file }: Sides, more: Partial<RsyncCall>): Promise<RsyncCall> => {
    const outside = (await links(folder)).size > 0;
    const remote = `${machine.ssh ? `${addressIn(machine.ssh.host)}:` : ''}${there}/`;
    const [from, to] = direction === 'push' ? [`${here}/`, remote] : [remote, `${here}/`];
    return {
      here: rsyncHere,
      there: machine.rsync as RsyncVersion,
      direction,
      ssh: machine.ssh,
      filters: { own: folder.own, ...filters },
      dryRun: false,
      listDeletions: false,
      checksum: false,
      compress: sync.compress,
      timeoutSeconds: sync.timeout_seconds,
      from: from + (file ?? ''),
      to,
      ...(outside ? { links: file === undefined ? ('content' as const) : ('follow' as const) } : {}),
      ...more,
    };
  };
  const rsync = async (
    args: readonly string[],
    more: Pick<RunOptions, 'onLine' | 'keep' | 'input'> & Partial<Limits>,
  ): Promise<Try & { stdout: string }> => {
    // The C locale: every byte that is not ASCII comes as an escape, and names are bytes.
    const options = { cwd: root, program: 'ssh', env: { LC_ALL: 'C' }, encoding: 'latin1', guarded: true, ...more } as const;
    const result = await host.processes.ask('rsync', args, options);
    // Of what moves files the end is enough.
    if (more.keep !== 'end') refusePart(machine.remote, result);
    const { exitCode, stdout, stderr, tail } = result;
    return { exitCode, text: withoutNoise(machine.ssh, stderr.trim() === '' ? tail : stderr), moved: hasMoved(stdout), stdout };
  };
  const fault = ({ exitCode, text }: Try) =>
    unreadableSource(exitCode, text, direction === 'pull' ? machine.remote : undefined) ?? remoteFault(machine, exitCode, text, direction);
  /** A name through a link that leads out is none of a file in this folder. */
  const canShare = async (folder: Folder): Promise<boolean> =>
    sides(folder).file === undefined && (direction === 'pull' || (await links(folder)).size === 0);
  const compare = async (folder: Folder, how: Compare) => {
    const at = sides(folder);
    const listed = (await links(folder)).size > 0 ? undefined : compareByList(context, machine, direction, folder, at, how);
    if (listed && direction === 'pull') refuseWay(context, at.here, listed.changes);
    if (listed) return listed;
    // Nothing there yet: compared with a folder that does not exist, here, since rsync wants its parent.
    const nowhere = at.isNew ? { to: nowhereIn(root), ...(direction === 'push' ? { ssh: undefined } : {}) } : {};
    const listDeletions = how.deletions && at.file === undefined && !at.isNew;
    const args = rsyncArgs(await call(folder, at, { dryRun: true, listDeletions, checksum: how.checksum, ...nowhere }));
    const { stdout, inTheWay } = await retrying(
      context,
      async () => {
        const tried = await rsync(args, how.checksum ? checksumAnswer : longAnswer);
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
    flavour: rsyncHere.flavour,
    deletions,
    isMeant: (name) => (file === undefined || name === baseName(folder)) && !isOwn(folder, name),
    sizeOf: (name) => (direction === 'push' ? lookThrough(context, here, name, through)?.size : undefined),
  });

  return {
    // Over a far line a small folder is mostly waiting.
    atOnce: 3,
    compare,
    ways: async (folder, changes) => [
      ...waysOfLarge(context, machine, changes),
      ...((await canShare(folder)) ? wayOfShares(context, machine, changes) : []),
    ],

    async transfer(folder, changes, { checksum, keepNewer, tell, note }) {
      machine.trees.forget();
      const at = sides(folder);
      const stage = direction === 'pull' ? openStaging(context, at.base) : undefined;
      // Links that were not listed do not come: one of them could be the folder of the next file.
      const arriving = changes.some(({ kind }) => kind === 'link') ? 'inside' : 'none';
      const given = await call(folder, at, {
        checksum,
        keepNewer,
        ...(stage ? { to: `${stage}/`, compareWith: at.here, links: arriving } : {}),
      });
      const bring = (listed: readonly RelativeName[] | undefined, moved: (bytes: number) => void) => {
        const sum = rsyncHere.flavour === 'gnu' ? (bytes: number) => bytes : fileByFile();
        const onLine = (line: string) => {
          const bytes = progressBytes(line);
          if (bytes !== undefined) moved(sum(bytes));
        };
        if (!listed) return rsync(rsyncArgs(given), { keep: 'end', onLine });
        const input = Buffer.from(listed.map(listedName).join(''), 'latin1');
        return rsync(rsyncArgs({ ...given, listed: true }), { keep: 'end', onLine, input });
      };
      const ahead = await bringAhead(context, machine, direction, at, stage, changes, { tell, note });
      const how = { note, tell: (bytes: number) => tell(ahead + bytes) };
      const left = (await canShare(folder)) ? await bringShares(context, machine, direction, changes, how, bring) : changes;
      const between = async ({ exitCode }: Try, pauseMs: number) => {
        note(`the link broke (exit code ${exitCode}), trying again in ${pauseMs / 1000} s`);
        await dropMaster(context, machine.ssh);
      };
      if (left.length > 0)
        await retrying(
          context,
          () => bring(undefined, tell),
          between,
          fault,
          () => stillHeld(machine),
        );
      if (stage) commitStaging(context, machine.remote, changes, stage, at.here);
    },

    async remove(folder, changes) {
      machine.trees.forget();
      if (direction === 'push') return other.remove(folder, changes);
      removeHere(context, machine.remote, sides(folder).here, changes);
    },

    async newer(folder, changed) {
      const { here } = sides(folder);
      const listed = machine.trees.of(folder.name)?.entries;
      const [through, there] = await Promise.all([links(folder), listed ? undefined : other.list(folder)]);
      const isNewer = ({ name }: FileChange) => {
        const near = lookThrough(context, here, name, through)?.modified;
        const far = listed ? listed.get(name)?.seconds : there?.get(name) && seconds(there.get(name)?.modifiedMs);
        if (near === undefined || far === undefined) return false;
        const ahead = far - seconds(Number(near / 1_000_000n));
        return direction === 'push' ? ahead > 0 : ahead < 0;
      };
      return new Set(changed.filter(isNewer).map(({ name }) => name));
    },

    links,
    same: async (folder, changed) => {
      const names = changed.map(({ name }) => name);
      return sameContents(context, machine, sides(folder).base, names, await links(folder));
    },

    async names(folder) {
      const [at, through] = [sides(folder), await links(folder)];
      // Compared with nothing, every file that travels is new.
      const from = `${at.here}/${at.file ?? ''}`;
      const { exitCode, stdout, text } = await rsync(
        rsyncArgs(await call(folder, at, { dryRun: true, ssh: undefined, from, to: nowhereIn(root) })),
        longAnswer,
      );
      if (exitCode !== 0) throw remoteFault(machine, exitCode, text);
      return heard(machine.remote, () => readComparison(stdout, { ...askedFor(folder, at, false, through), sizeOf: () => 0 }))
        .changes.filter(({ kind }) => kind === 'file')
        .map(({ name }) => name);
    },

    fallTogether: (folder, pairs, how) => receiving.fallTogether(sides(folder).base, pairs, how),
    count: async (folder, side) => (side === 'there' ? other.count(folder) : countHere(context, sides(folder).here)),
    states: async (folder, side) =>
      side === 'there'
        ? (statesIn(machine.trees.of(folder.name)) ?? other.states(folder))
        : statesHere(context, folder, await links(folder)),
    standing: (base, names) => other.standing({ name: base }, names),
    readState: other.readState,
    writeState: other.writeState,
    alone(begin, work) {
      machine.trees.forget();
      return withRemoteLock(context, machine, begin, work);
    },
  };
}

/** What tells of each file that it has changed. */
const statesIn = (tree: Tree | undefined): FileStates | undefined =>
  tree && Object.fromEntries([...tree.entries].flatMap(([name, { state }]) => (state === undefined ? [] : [[shownName(name), state]])));

const nowhereIn = (root: string): string => path.join(root, '.just-lora-nowhere/');
