import { shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { RelativeName } from '../../../untrusted/names';
import { fileByFile, progressBytes } from '../../answers/rsync-output';
import type { Tree } from '../../answers/tree';
import type { FileChange } from '../../compare/change';
import { countHere, statesHere } from '../../compare/files-here';
import type { Filters } from '../../compare/filters';
import type { Direction, Folder } from '../../compare/folders';
import { seconds } from '../../compare/listing';
import { lookThrough } from '../../compare/outside-links';
import { millisecondsIn } from '../../guards/stamps';
import { commitStaging, openStaging, removeHere } from '../../session/staging';
import type { Coming, FileStates, Transport } from '../../session/transport';
import { filesHere, filesThere } from '../files';
import { stillHeld, withRemoteLock } from '../lock';
import type { PosixMachine } from '../machine';
import { bringAhead, waysOfLarge } from '../ranges/bring-ahead';
import { retrying, type Try } from '../retry';
import { sameContents } from '../same-contents';
import { dropMaster } from '../ssh/ssh';
import { comparing } from './comparison';
import { rsyncArgs } from './rsync-args';
import { rsyncCalls } from './rsync-calls';
import { bringShares, channelsAhead, wayOfShares } from './shares';
import { waitingRsyncs } from './waiting-rsyncs';

/** rsync on both ends, over ssh or to a mounted volume. */
export function rsyncTransport(context: Context, machine: PosixMachine, direction: Direction, filters: Filters): Transport {
  const other = filesThere(machine);
  const receiving = direction === 'push' ? other : filesHere(context, machine.remote);
  const calls = rsyncCalls(context, machine, direction, filters);
  const { sides, links, call, run, fault, flavour } = calls;
  const waiting = waitingRsyncs(run);
  const { compare, names } = comparing(context, machine, direction, filters, calls, receiving);
  /** A name through a link that leads out is none of a file in this folder. */
  const canShare = async (folder: Folder): Promise<boolean> =>
    sides(folder).file === undefined && (direction === 'pull' || (await links(folder)).size === 0);
  const beginAhead = async ({ parts, ...how }: Coming) => {
    const ahead = channelsAhead(context, machine, parts);
    if (!ahead || !(await canShare(ahead.part.folder))) return;
    const { folder } = ahead.part;
    waiting.begin(rsyncArgs({ ...(await call(folder, sides(folder), how)), listed: true }), ahead.count);
  };
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
        const sum = flavour === 'gnu' ? (bytes: number) => bytes : fileByFile();
        const onLine = (line: string) => {
          const bytes = progressBytes(line);
          if (bytes !== undefined) moved(sum(bytes));
        };
        if (!listed) return run(rsyncArgs(given), { keep: 'end', onLine });
        return waiting.bring(rsyncArgs({ ...given, listed: true }), listed, onLine);
      };
      const ahead = await bringAhead(context, machine, direction, at, stage, changes, { tell, note });
      const how = { note, tell: (bytes: number) => tell(ahead + bytes) };
      const left = (await canShare(folder))
        ? await bringShares(context, machine, direction, stage ?? at.here, changes, how, bring)
        : changes;
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
        const stamp = listed?.get(name)?.stamp;
        const far = stamp === undefined ? there?.get(name)?.modifiedMs : millisecondsIn(stamp);
        if (near === undefined || far === undefined) return false;
        const ahead = seconds(far) - seconds(Number(near / 1_000_000n));
        return direction === 'push' ? ahead > 0 : ahead < 0;
      };
      return new Set(changed.filter(isNewer).map(({ name }) => name));
    },

    links,
    same: async (folder, changed) => {
      const names = changed.map(({ name }) => name);
      return sameContents(context, machine, sides(folder).base, names, await links(folder));
    },

    names,

    fallTogether: (folder, pairs, how) => receiving.fallTogether(sides(folder).base, pairs, how),
    count: async (folder, side) => (side === 'there' ? other.count(folder) : countHere(context, sides(folder).here)),
    states: async (folder, side) =>
      side === 'there'
        ? (statesOfTree(machine.trees.of(folder.name)) ?? other.states(folder))
        : statesHere(context, folder, await links(folder)),
    standing: (base, names) => other.standing({ name: base }, names),
    readState: other.readState,
    writeState: other.writeState,
    async alone(begin, work) {
      const seen = machine.trees.hashes();
      machine.trees.forget();
      const workOn = (stale: boolean) => {
        // They wait for what was to be sent before.
        if (stale) waiting.end();
        return work(stale);
      };
      try {
        const held = withRemoteLock(context, machine, { ...begin, seen }, workOn);
        // Without them it is slower, and whoever needs what they did not find tells.
        return (await Promise.all([held, beginAhead(begin.coming).catch(() => undefined)]))[0];
      } finally {
        waiting.end();
      }
    },
  };
}

/** What tells of each file that it has changed. */
const statesOfTree = (tree: Tree | undefined): FileStates | undefined =>
  tree && Object.fromEntries([...tree.entries].flatMap(([name, { state }]) => (state === undefined ? [] : [[shownName(name), state]])));
