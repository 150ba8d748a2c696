import type { Context } from '../../engine/context';
import type { Presence } from '../answers/look-answer';
import type { Filters } from '../compare/filters';
import type { Direction } from '../compare/folders';
import type { AskedList } from '../compare/worth-a-list';
import type { Shell } from '../posix/shell';
import type { Transport } from '../session/transport';
import type { Remote } from './remote';

/**
 * A kind of remote: `type: NAME` in the settings is the file `remote-types/NAME.ts`, which exports one of these as `kind`.
 *
 * A new kind is that file, `npm run schemas`, and a test: nothing else knows which kinds there are. A program that
 * lists, copies and deletes files is a `Store`, and `storeKind` makes a kind of it; another way of moving bytes is a
 * `Transport` of its own. docs/EXTENDING.md shows a whole kind, and `tests/sync/kinds.test.ts` works with it.
 */
export interface RemoteKind {
  /** What the setting `host` is to it. Where it is `unused`, `user` and `identity` mean nothing either. */
  host: 'needed' | 'optional' | 'unused';
  /** What is wrong with a path, as the end of a sentence. `..`, control characters and a dash in front are refused for every kind. */
  pathFault(path: string, host: string | null): string | undefined;
  /**
   * Is it there, and what does it have of these folders of the project? Writes nothing.
   * @param listed those of the folders of which a list of what is there is worth its way, and how much of it; a kind that has no use for one makes none
   * @throws UserError by the fault
   */
  lookAt(
    context: Context,
    remote: Remote,
    folders: readonly string[],
    direction: Direction,
    listed?: readonly AskedList[],
  ): Promise<RemoteState>;
  /** A shell on the other side. A store has none: no push is locked there, and no runs happen there. */
  shell?(context: Context, remote: Remote): Promise<Shell>;
}

/** The kind that a setting names. Loaded when a remote is looked at: the settings let no other name through. */
export function kindNamed(type: string): RemoteKind {
  // It becomes the path of a module.
  if (!/^[\w-]+$/.test(type)) throw new Error(`unknown type of remote \`${type}\``);
  return (require(`../remote-types/${type}`) as { kind: RemoteKind }).kind;
}

/** A remote that answered, and what was seen of it. */
export interface RemoteState {
  remote: Remote;
  /** The project's folder there, absolute. */
  path: string;
  /** What stands there at the name of each folder that was asked for. */
  present: ReadonlyMap<string, Presence>;
  /** Those of them that are folders in which nothing is, as far as it tells. */
  empty?: ReadonlySet<string>;
  /** Who moves the bytes: `rsync`, `scp`, or the kind of a store. */
  transfer: string;
  /** What moves files, for a person, with its version on either side. */
  transportLabel: string;
  /** Compares and moves, by these patterns. */
  transport(direction: Direction, filters: Filters): Transport;
  /** The home folder there, where it has one. */
  home?: string;
  /** `path` with links resolved, where it is there; else the nearest folder above. */
  real?: string;
  /** Where `path` is on this machine, links resolved; absent where it is on another one, or nothing tells. */
  placeHere?: string;
  /** Absent where it does not tell. */
  freeBytes?: number | undefined;
  /** Seconds that its clock is ahead of ours; the time of the answer is in it. */
  clockAhead?: number;
  /** Fingerprints of a host key that was new to this machine, and was accepted now. */
  newHostKey?: string;
  /** A push is at work, or was cut off. */
  locked?: boolean;
  /** Where commands can run there. */
  shell?: Shell;
  /** Takes note of what a push has brought: `present` says it then. Absent where more of what was seen would be old. */
  arrived?(brought: ReadonlyMap<string, Presence>): void;
}
