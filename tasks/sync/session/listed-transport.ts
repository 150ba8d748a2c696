import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import type { FileChange } from '../compare/change';
import { countHere, statesHere } from '../compare/files-here';
import { chosen, type Filters } from '../compare/filters';
import { baseName, type Direction, type Folder, isOwnExclude } from '../compare/folders';
import { compareListings, type Listing, listHere, seconds } from '../compare/listing';
import { linksOf, type OutsideLinks } from '../compare/outside-links';
import { sidesOf } from '../compare/sides';
import type { NamePair } from '../guards/colliding-names';
import { refuseTimes } from '../guards/file-times';
import { refuseNames } from '../guards/plain-names';
import { asSent, rememberSending } from '../guards/sending';
import type { RemoteState } from '../remotes/remote-type';
import { commitStaging, openStaging, refuseWay, removeHere } from './staging';
import type { FileStates, Move, Transport } from './transport';

/** What a program can do that lists, copies and deletes files there. Names are byte strings, and lie in `base`, a folder of the project. */
export interface ListingBackend extends Pick<Transport, 'standing' | 'readState' | 'writeState' | 'alone' | 'fetchesToCompare'> {
  /** {@link Transport.fallTogether} on the other side, for a folder relative to the project. */
  fallTogether(base: string, pairs: readonly NamePair[], how: 'look' | 'try'): Promise<readonly NamePair[]>;
  name: string;
  /** Does a copy keep its time, on every remote? Where it does not, an equal size with another time is compared by contents. */
  keepsTimes: boolean;
  /** Can files of any name be deleted there, not plain ones alone? */
  deletesAnyName: boolean;
  /** All files of a folder there, as they are now or were when `There` was looked at; empty where there is none. */
  list(folder: Folder): Promise<Listing>;
  /** Which of these files have the same contents on both sides. @param links here whose content travels */
  same(base: string, names: readonly RelativeName[], links: OutsideLinks): Promise<ReadonlySet<string>>;
  send(base: string, changes: readonly FileChange[], how: Move): Promise<void>;
  /** @param to the folder here that files arrive in, absolute: they get their final place when all have come */
  fetch(base: string, changes: readonly FileChange[], to: string, how: Move): Promise<void>;
  remove(folder: Folder, base: string, changes: readonly FileChange[]): Promise<void>;
  /** What is there and cannot travel, by name as a person reads it. */
  skipped?(folder: Folder): Promise<string[]>;
  /** By default, what is listed and not one of our own excludes. */
  count?(folder: Folder): Promise<number>;
  /** As they are now. */
  states(folder: Folder): Promise<FileStates>;
}

/** What differs is found here, by size, time and contents, and exactly that is handed to the program. */
export function listedTransport(
  context: Context,
  there: RemoteState,
  direction: Direction,
  filters: Filters,
  program: ListingBackend,
): Transport {
  const sides = (folder: Folder) => sidesOf(context, there, folder, direction);
  const listThere = async (folder: Folder): Promise<Listing> => {
    const { file } = sides(folder);
    // Of a pull of one file nothing else is meant.
    const meant = (name: RelativeName) => direction === 'push' || file === undefined || name === baseName(folder);
    return new Map([...(await program.list(folder))].filter(([name]) => meant(name) && chosen(folder, filters, name)));
  };
  const links = linksOf(context, direction, filters);
  // A store knows no other program.
  const refuse = (base: string, names: Iterable<string>) =>
    refuseNames(program.name, base, names, program.keepsTimes ? 'or use rsync, which carries every name' : '');
  const inOrder = <T>(here: T, far: T): [source: T, target: T] => (direction === 'push' ? [here, far] : [far, here]);

  return {
    // scp and the shell have one folder where files arrive there.
    atOnce: 1,

    async compare(folder, { deletions, checksum }) {
      const { base, here } = sides(folder);
      const through = await links(folder);
      const { files, excluded, skipped: own } = listHere(context, folder, filters, through);
      const skipped = direction === 'push' ? own : ((await program.skipped?.(folder)) ?? []);
      const far = await listThere(folder);
      const [source, target] = inOrder(files, far);
      const compared = async (names: RelativeName[]): Promise<ReadonlySet<string>> => {
        if (program.keepsTimes) return new Set();
        // Read below, with all others.
        if (checksum) return new Set(names);
        const isAsSent = asSent(context, there.remote, base);
        const known = new Set<string>(names.filter((name) => isAsSent(name, files.get(name), far.get(name))));
        const others = names.filter((name) => !known.has(name));
        return others.length > 0 ? new Set([...known, ...(await program.same(base, others, through))]) : known;
      };
      // Where contents are compared, any name may be handed to the program.
      if (!program.keepsTimes) refuse(base, source.keys());
      const changes = await compareListings(base, source, target, deletions, compared);
      const handed = direction === 'push' && !program.deletesAnyName ? changes : changes.filter(({ action }) => action !== 'deleted');
      refuse(base, namesOf(handed));
      refuseTimes(program.name, base, namesOf(changes), source);
      if (direction === 'pull') refuseWay(context, here, changes);
      if (!checksum) return { changes, excluded, skipped };
      const known = new Set<string>(namesOf(changes));
      const both = [...source.keys()].filter((name) => target.has(name) && !known.has(name));
      const same = both.length > 0 ? await program.same(base, both, through) : new Set<string>();
      const differ = both
        .filter((name) => !same.has(name))
        .map((name): FileChange => ({ action: 'changed', kind: 'file', folder: base, name, bytes: source.get(name)?.size ?? 0 }));
      return { changes: [...changes, ...differ], excluded, skipped };
    },

    async transfer(folder, changes, how) {
      const { base, here } = sides(folder);
      if (direction === 'push') {
        if (!program.keepsTimes) {
          const { files } = listHere(context, folder, filters, await links(folder));
          const sent = new Set<string>(namesOf(changes));
          rememberSending(context, there.remote, base, new Map([...files].filter(([name]) => sent.has(name))));
        }
        return program.send(base, changes, how);
      }
      const stage = openStaging(context, base);
      await program.fetch(base, changes, stage, how);
      commitStaging(context, there.remote, changes, stage, here);
    },

    async remove(folder, changes) {
      const { base, here } = sides(folder);
      if (direction === 'push') return program.remove(folder, base, changes);
      removeHere(context, there.remote, here, changes);
    },

    async newer(folder, changed) {
      const [source, target] = inOrder(listHere(context, folder, filters, await links(folder)).files, await listThere(folder));
      const isNewer = (name: RelativeName) => seconds(target.get(name)?.modifiedMs) > seconds(source.get(name)?.modifiedMs);
      return new Set(namesOf(changed).filter(isNewer));
    },

    async same(folder, changed) {
      return changed.length > 0 ? program.same(sides(folder).base, namesOf(changed), await links(folder)) : new Set();
    },

    async count(folder, side) {
      if (side === 'here') return countHere(context, sides(folder).here);
      return program.count ? program.count(folder) : [...(await program.list(folder)).keys()].filter((name) => !isOwnExclude(name)).length;
    },

    links,
    fallTogether: async (folder, pairs, how) => {
      const { base } = sides(folder);
      if (direction === 'push') return program.fallTogether(base, pairs, how);
      const { filesHere } = require('../posix/files') as typeof import('../posix/files');
      return filesHere(context, there.remote).fallTogether(base, pairs, how);
    },
    names: async (folder) => [...listHere(context, folder, filters, await links(folder)).files.keys()],
    states: (folder, side) =>
      side === 'there' ? program.states(folder) : links(folder).then((through) => statesHere(context, folder, through)),
    standing: program.standing,
    readState: program.readState,
    writeState: program.writeState,
    alone: program.alone,
    ...(program.fetchesToCompare ? { fetchesToCompare: program.fetchesToCompare } : {}),
  };
}

const namesOf = (changes: readonly FileChange[]): RelativeName[] => changes.map(({ name }) => name);
