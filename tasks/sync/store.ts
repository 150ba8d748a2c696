import * as path from 'node:path';
import type { Context } from '../core/context';
import { byteName } from '../parse/shown-name';
import type { Change } from './change';
import { type Folder, ownExcludes } from './folders';
import { arrive, incomingFolder } from './incoming';
import type { RemoteKind } from './kind';
import { chosen, compareListings, type Listing, listHere, refuseNames } from './listing';
import type { There } from './preflight';
import type { Remote } from './remote';
import { refusingShell } from './shell';
import { sidesOf } from './sides';
import { countHere, statesHere } from './states';
import type { Transport } from './transport';

/** One file of a store: its size in bytes, and when it was changed (milliseconds since 1970, true to the second). */
export interface Stored {
  size: number;
  modifiedMs: number;
}

/**
 * What keeps files by their names and runs no commands: a bucket, a drive. Folders are relative to the project, files
 * to their folder, `/` between; only plain names are handed to it. Anything that fails is a UserError.
 */
export interface Store {
  /** Who moves the bytes, with its version: `rclone v1.60.1`. @throws UserError where it is not installed */
  mover(): Promise<string>;
  /** Every file below a folder, none where there is no such folder. For `''`, the project itself, the uppermost will do. */
  list(folder: string): Promise<ReadonlyMap<string, Stored>>;
  /** Copies files with their times into a folder there; each is whole when it has its name. */
  send(here: string, folder: string, files: readonly string[], how: Copying): Promise<void>;
  /** The same into a folder here, which is made where it is missing. */
  fetch(folder: string, here: string, files: readonly string[], how: Copying): Promise<void>;
  remove(folder: string, files: readonly string[]): Promise<void>;
  /** Which of the files have the same contents in a folder here. */
  same(here: string, folder: string, files: readonly string[]): Promise<ReadonlySet<string>>;
  /** A text under `.just-lora` there, '' where there is none. */
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** Removes texts by patterns of their names; those that are not there are no error. */
  forget(patterns: readonly string[]): Promise<void>;
}

export interface Copying {
  /** Copy though size and time are the same. */
  anew: boolean;
  /** Bytes of this call that are through. */
  tell(doneBytes: number): void;
}

interface StoreDefinition extends Pick<RemoteKind, 'host' | 'pathFault'> {
  open(context: Context, remote: Remote): Store;
}

/** Makes a kind of remote of a store: what differs is ours to say, and exactly that is copied. */
export function storeKind({ open, ...kind }: StoreDefinition): RemoteKind {
  return {
    ...kind,
    lookAt: (context, remote, folders) => lookAtStore(open(context, remote), remote, folders),
    transport: (context, there, direction, filters) => {
      const store = open(context, there.remote);
      const sides = (folder: Folder) => sidesOf(context, there, folder, direction);
      const baseOf = (folder: Folder) => (sides(folder).file === undefined ? folder.name : path.posix.dirname(folder.name));
      const here = (base: string) => path.join(context.root, base);
      const near = (folder: Folder) => listHere(context, folder, filters);
      const far = (folder: Folder): Listing =>
        new Map([...(there.listings?.get(folder.name) ?? [])].filter(([name]) => chosen(folder, filters, name)));
      const sourceAndTarget = (one: Listing, other: Listing) => (direction === 'push' ? [one, other] : [other, one]) as [Listing, Listing];
      const same = async (base: string, names: readonly string[]): Promise<ReadonlySet<string>> =>
        names.length === 0 ? new Set() : new Set([...(await store.same(here(base), base, names.map(utf8)))].map(byteName));

      return {
        async compare(folder, { deletions, checksum }) {
          const base = baseOf(folder);
          const { files, excluded, skipped } = near(folder);
          const [source, target] = sourceAndTarget(files, far(folder));
          refuseNames(there.transfer, base, [...source.keys()]);
          const { changes } = await compareListings(base, source, target, deletions, (names) => same(base, names));
          if (!checksum) return { changes, excluded, skipped };
          const known = new Set(changes.map(({ name }) => name));
          const both = [...source.keys()].filter((name) => target.has(name) && !known.has(name));
          const alike = await same(base, both);
          const differ = both
            .filter((name) => !alike.has(name))
            .map((name): Change => ({ action: 'changed', kind: 'file', folder: base, name, bytes: source.get(name)?.size ?? 0 }));
          return { changes: [...changes, ...differ], excluded, skipped };
        },

        async transfer(folder, changes, { checksum, tell }) {
          const base = baseOf(folder);
          const files = changes.map(({ name }) => utf8(name));
          if (direction === 'push') return store.send(here(base), base, files, { anew: checksum, tell });
          const stage = incomingFolder(here(base));
          context.host.files.makeFolder(stage);
          await store.fetch(base, stage, files, { anew: checksum, tell });
          arrive(context, changes, stage, here(base));
        },

        async remove(folder, changes) {
          const base = baseOf(folder);
          if (direction === 'pull') for (const { name } of changes) context.host.tree.removeFile(here(base), name);
          else
            await store.remove(
              base,
              changes.map(({ name }) => utf8(name)),
            );
        },

        async newer(folder, changed) {
          const [source, target] = sourceAndTarget(near(folder).files, far(folder));
          return new Set(
            changed
              .map(({ name }) => name)
              .filter((name) => (target.get(name)?.modifiedMs ?? 0) > (source.get(name)?.modifiedMs ?? 0) + 1000),
          );
        },

        count: async (folder, side) =>
          side === 'here'
            ? countHere(context, sides(folder).here)
            : [...(there.listings?.get(folder.name)?.keys() ?? [])].filter(
                (name) => !ownExcludes.includes(path.posix.basename(name) as '.gitkeep'),
              ).length,
        names: async (folder) => [...near(folder).files.keys()],
        readState: async (name) => byteName(await store.read(name)),
        writeState: (name, text) => store.write(name, utf8(text)),
        removeState: async (patterns) => (patterns.length > 0 ? store.forget(patterns) : undefined),

        async states(folder, side) {
          if (side === 'here') return statesHere(context, folder);
          // Looked at anew: the plan is about now.
          const now = await store.list(folder.name);
          return Object.fromEntries([...now].map(([name, { size, modifiedMs }]) => [name, `${size} ${modifiedMs}`]));
        },
      } satisfies Transport;
    },
  };
}

/** It answers, and what it has of each folder; a missing folder has no files, which many stores cannot tell from an empty one. */
async function lookAtStore(store: Store, remote: Remote, folders: readonly string[]): Promise<There> {
  const mover = await store.mover();
  const listings = new Map<string, Listing>();
  const items = await Promise.all(
    (folders.length > 0 ? folders : ['']).map(async (folder) => {
      const listing: Listing = new Map([...(await store.list(utf8(folder)))].map(([name, stored]) => [byteName(name), stored]));
      listings.set(utf8(folder), listing);
      const kind = listing.size === 0 ? 'missing' : listing.size === 1 && listing.has(path.posix.basename(folder)) ? 'file' : 'folder';
      return [folder, { kind, writable: true }] as const;
    }),
  );
  return {
    remote,
    shell: refusingShell,
    ssh: undefined,
    path: remote.path,
    home: '',
    real: remote.path,
    rsync: undefined,
    rsyncHere: undefined,
    transfer: remote.type,
    mover,
    freeBytes: undefined,
    clockAhead: 0,
    writable: true,
    locked: false,
    items: new Map(items),
    listings,
  };
}

const utf8 = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');
