import type { RelativeName } from '../../untrusted/names';
import type { Comparison, FileChange } from '../compare/change';
import type { Folder } from '../compare/folders';
import type { OutsideLinks } from '../compare/outside-links';
import type { NamePair } from '../guards/colliding-names';

/** How two sides are compared, and the differences levelled. */
export interface Transport {
  /** Looks at both sides and writes nothing. */
  compare(folder: Folder, how: Compare): Promise<Comparison>;
  /** How many folders may travel at once that do not touch each other: one where all of them arrive in one place. */
  readonly atOnce: number;
  /** How files of a folder would travel, where there is a choice and why it falls so: clauses for the plan. */
  ways?(folder: Folder, changes: readonly FileChange[]): Promise<string[]>;
  /** Levels what was added and changed; tells its own bytes, of this folder. */
  transfer(folder: Folder, changes: readonly FileChange[], how: Move): Promise<void>;
  /** Whether contents are compared by fetching every byte, since the other side tells no checksums; by default they are not. */
  fetchesToCompare?(): Promise<boolean>;
  /** Deletes exactly these. */
  remove(folder: Folder, changes: readonly FileChange[]): Promise<void>;
  /** Which of the changed files are newer on the receiving side, by name. */
  newer(folder: Folder, changed: readonly FileChange[]): Promise<ReadonlySet<string>>;
  /** Which of these changed files have the same contents on both sides. */
  same(folder: Folder, changed: readonly FileChange[]): Promise<ReadonlySet<string>>;
  /** How many files one side has that could travel. */
  count(folder: Folder, side: Side): Promise<number>;
  /** Links here whose content travels in their place. @throws UserError E_LINK_OUTSIDE */
  links(folder: Folder): Promise<OutsideLinks>;
  /** Names of the files here that travel, by the patterns. */
  names(folder: Folder): Promise<RelativeName[]>;
  /** Which of these pairs of names are one file, or would be, on the receiving side. */
  fallTogether(folder: Folder, pairs: readonly NamePair[], how: 'look' | 'try'): Promise<readonly NamePair[]>;
  /** Every file of one side with what tells that it has changed; empty where there is no such folder. */
  states(folder: Folder, side: Side): Promise<FileStates>;
  /** What stands at these names on the other side, in the folder that a push sends to. Those at which nothing is are left out. */
  standing(base: string, names: readonly RelativeName[]): Promise<ReadonlyMap<RelativeName, Standing>>;
  /** A file under `PATH/.just-lora` there, '' where there is none. Byte strings. */
  readState(name: string): Promise<string>;
  writeState(name: string, text: string): Promise<void>;
  /**
   * Pushes while no other push is at work, as far as the other side can tell.
   * @returns what lies in the folders that the work asks for, seen before another push may begin; nothing where it cannot be told so
   */
  alone(begin: PushBegin, work: PushWork): Promise<StatesThere | undefined>;
}

/** What is sent or fetched of one folder. */
export interface Part {
  folder: Folder;
  send: readonly FileChange[];
}

export type Side = 'here' | 'there';

/** What stands at a name, links not followed; `other` is a device, a socket or a pipe. */
export type Standing = 'file' | 'folder' | 'link' | 'other';

/** By name, as a person reads it. */
export type FileStates = Record<string, string>;

/** What a list of the other side says of folders that travel, by their names. */
export type StatesThere = ReadonlyMap<string, FileStates>;

export interface Compare {
  deletions: boolean;
  checksum: boolean;
}

export interface Move {
  checksum: boolean;
  /** A push leaves what is newer there by now as it is, where that can be: nobody has seen it yet. */
  keepNewer: boolean;
  tell(doneBytes: number): void;
  /** A try failed and another one follows. */
  note(text: string): void;
}

/** What is done before a push begins. */
export interface PushBegin {
  /** Folders to make, relative to the project. */
  make: readonly string[];
  /** Manifests that will no longer hold, as patterns of their names. */
  outdated: readonly string[];
  /** By folder, the hash of what the look listed there: where it is another one by now, what was seen before does not hold. */
  seen?: ReadonlyMap<string, string>;
  /** What is to be sent if nothing else has come meanwhile: what that needs first may begin while the lock is asked for. */
  coming: Coming;
  /** Says what is waited for. */
  note(text: string): void;
}

/** All that is sent or fetched, and how. */
export interface Coming extends Pick<Move, 'checksum' | 'keepNewer'> {
  parts: readonly Part[];
}

/**
 * @param stale whether what was seen before may not hold any more
 * @returns the folders of which a list of what lies there by then is wanted
 */
export type PushWork = (stale: boolean) => Promise<readonly Folder[]>;
