import type { Change, Comparison } from './change';
import type { Folder } from './folders';

/** How two sides are compared, and the differences levelled: a new kind of remote is one of these. */
export interface Transport {
  /** Looks at both sides and writes nothing. */
  compare(folder: Folder, how: Compare): Promise<Comparison>;
  /** Levels what was added and changed; tells its own bytes, of this folder. */
  transfer(folder: Folder, changes: readonly Change[], how: Move): Promise<void>;
  /** Deletes exactly these. */
  remove(folder: Folder, changes: readonly Change[]): Promise<void>;
  /** Which of the changed files are newer on the receiving side, by name. */
  newer(folder: Folder, changed: readonly Change[]): Promise<ReadonlySet<string>>;
  /** How many files one side has that could travel. */
  count(folder: Folder, side: 'here' | 'there'): Promise<number>;
  /** Names of the files here that travel, by the patterns. */
  names(folder: Folder): Promise<string[]>;
  /** A file under `PATH/.just-lora` there, '' where there is none. Byte strings. */
  readState(name: string): Promise<string>;
  writeState(name: string, text: string): Promise<void>;
  /** Takes manifests away, by patterns of their names. A shell does it while it takes the lock. */
  removeState(patterns: readonly string[]): Promise<void>;
  /** Every file of one side with what tells that it has changed; empty where there is no such folder. */
  states(folder: Folder, side: 'here' | 'there'): Promise<FileStates>;
}

/** By name, as a person reads it. */
export type FileStates = Record<string, string>;

export interface Compare {
  /** Leave out what is newer on the receiving side. */
  update?: boolean;
  deletions: boolean;
  checksum: boolean;
}

export interface Move {
  checksum: boolean;
  tell(doneBytes: number): void;
  /** A try failed and another one follows. */
  note(text: string): void;
}
