import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { byteName, shownName, textName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import { isByteCount } from '../../untrusted/hashes';
import type { RelativeName } from '../../untrusted/names';
import { heard } from '../answers/answer';
import type { Presence } from '../answers/look-answer';
import { listedThere } from '../answers/name-there';
import { WrongAnswer } from '../answers/wrong-answer';
import { type FileChange, foldersAbove } from '../compare/change';
import type { Listing } from '../compare/listing';
import type { Remote } from '../remotes/remote';
import type { RemoteKind, RemoteState } from '../remotes/remote-type';
import { type ListingBackend, listedTransport } from './listed-transport';
import type { Standing } from './transport';

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
  transportLabel(): Promise<string>;
  /** Every file below a folder, none where there is no such folder. For `''`, the project itself, the uppermost will do. */
  list(folder: string): Promise<ReadonlyMap<string, Stored>>;
  /** Copies files with their times into a folder there; each is whole when it has its name. */
  send(here: string, folder: string, files: readonly string[], how: Copying): Promise<void>;
  /** Copies files into a folder here, which is made where it is missing. */
  fetch(folder: string, here: string, files: readonly string[], how: Copying): Promise<void>;
  remove(folder: string, files: readonly string[]): Promise<void>;
  /** Links below a folder, where it has such a thing: none of them is listed, and what is sent below one goes where it leads. */
  links?(folder: string): Promise<readonly string[]>;
  /** Whether it takes names that differ in case alone for one; by default it does not. */
  foldsNames?(): Promise<boolean>;
  /** Whether it tells checksums of its files; by default it does. Where it does not, {@link same} fetches every byte. */
  tellsChecksums?(): Promise<boolean>;
  /** Which of the files have the same contents in a folder here: by checksums, or byte by byte. */
  same(here: string, folder: string, files: readonly string[]): Promise<ReadonlySet<string>>;
  /** A text under `.just-lora` there, '' where there is none. */
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** Removes manifests by patterns of their names; those that are not there are no error. */
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

/** Makes a kind of remote of a store. */
export const storeKind = ({ open, ...kind }: StoreDefinition): RemoteKind => ({
  ...kind,
  lookAt: (context, remote, folders) => lookAtStore(context, open(context, remote), remote, folders),
});

/** It answers, and what it has of each folder; a missing folder has no files, which many stores cannot tell from an empty one. */
async function lookAtStore(context: Context, store: Store, remote: Remote, folders: readonly string[]): Promise<RemoteState> {
  const mover = await store.transportLabel();
  const listings = new Map(
    await Promise.all(folders.map(async (folder): Promise<[string, Answered]> => [folder, await answered(store, remote, folder)])),
  );
  // Without a folder to look at: does it answer at all?
  if (folders.length === 0) await store.list('');
  const there: RemoteState = {
    remote,
    path: remote.path,
    present: new Map(
      [...listings].map(([folder, listing]) => [folder, listing instanceof UserError ? 'folder' : presenceIn(listing, folder)]),
    ),
    transfer: remote.type,
    transportLabel: mover,
    transport: (direction, filters) => listedTransport(context, there, direction, filters, programOf(context, remote, store, listings)),
  };
  return there;
}

/** What a store has of a folder, or why that cannot be: such a list hinders only what is done with this folder. */
type Answered = Listing | UserError;

async function answered(store: Store, remote: Remote, folder: string): Promise<Answered> {
  try {
    return await listed(store, remote, folder);
  } catch (error) {
    if (error instanceof UserError && error.fault.code === 'E_REMOTE_ANSWER') return error;
    throw error;
  }
}

/** What a store has of a folder. @throws UserError E_REMOTE_ANSWER for what cannot be the name or the size of a file */
async function listed(store: Store, remote: Remote, folder: string): Promise<Listing> {
  const files = await store.list(folder);
  return heard(remote, () => {
    for (const [name, { size, modifiedMs }] of files)
      if (!isByteCount(size) || !Number.isFinite(modifiedMs))
        throw new WrongAnswer(`lists \`${shownName(byteName(name))}\` without size and time`);
    return listedThere([...files].map(([name, stored]): [string, Stored] => [byteName(name), stored]));
  });
}

/** A file is listed as the one thing below itself. */
function presenceIn(listing: Listing, folder: string): Presence {
  if (listing.size === 0) return 'missing';
  return listing.size === 1 && listing.has(byteName(path.posix.basename(folder)) as RelativeName) ? 'file' : 'folder';
}

/** @param listings what it had of each folder when it was looked at */
function programOf({ root }: Context, remote: Remote, store: Store, listings: ReadonlyMap<string, Answered>): ListingBackend {
  const textNames = (changes: readonly FileChange[]) => changes.map((change) => textName(change.name));
  const here = (base: string) => path.join(root, base);
  return {
    name: remote.type,
    deletesAnyName: false,
    // Many stores write down when a file came.
    keepsTimes: false,
    async list(folder) {
      const listing = listings.get(folder.name) ?? new Map();
      if (listing instanceof UserError) throw listing;
      return listing;
    },
    same: async (base, names) => new Set([...(await store.same(here(base), base, names.map(textName)))].map(byteName)),
    send: (base, changes, { checksum, tell }) => store.send(here(base), base, textNames(changes), { anew: checksum, tell }),
    fetch: (base, changes, to, { checksum, tell }) => store.fetch(base, to, textNames(changes), { anew: checksum, tell }),
    remove: (_, base, changes) => store.remove(base, textNames(changes)),

    fetchesToCompare: async () => (await store.tellsChecksums?.()) === false,
    fallTogether: async (_, pairs) => ((await store.foldsNames?.()) ? pairs : []),

    async standing(base, names) {
      const known = listings.get(base) ?? new Map();
      if (known instanceof UserError) throw known;
      const stored: Listing = known;
      const links = new Set(((await store.links?.(base)) ?? []).map(byteName));
      const folders = new Set([...stored.keys()].flatMap(foldersAbove));
      const kindOf = (name: RelativeName): Standing | undefined =>
        links.has(name) ? 'link' : stored.has(name) ? 'file' : folders.has(name) ? 'folder' : undefined;
      return new Map(
        names.flatMap((name): [RelativeName, Standing][] => {
          const kind = kindOf(name);
          return kind ? [[name, kind]] : [];
        }),
      );
    },

    async states(folder) {
      // Looked at anew: the plan is about now.
      const now = await listed(store, remote, folder.name);
      return Object.fromEntries([...now].map(([file, { size, modifiedMs }]) => [shownName(file), `${size} ${modifiedMs}`]));
    },

    readState: async (file) => byteName(await store.read(file)),
    writeState: (file, text) => store.write(file, textName(text)),
    /** A store has no place for a lock; each file there is whole or not at all. */
    async alone({ outdated }, work) {
      if (outdated.length > 0) await store.forget(outdated);
      await work(false);
      return undefined;
    },
  };
}
