import type { Context } from '../core/context';
import type { Direction } from './folders';
import type { There } from './preflight';
import type { Remote } from './remote';
import type { Filters } from './rsync-args';
import type { Shell } from './shell';
import type { Transport } from './transport';

/** A kind of remote: `type: NAME` in the settings is the file `kinds/NAME.ts`, which exports one of these as `kind`. */
export interface RemoteKind {
  /** What the setting `host` is to it. Where it is `unused`, `user` and `identity` mean nothing either. */
  host: 'needed' | 'optional' | 'unused';
  /** What is wrong with a path, as the end of a sentence. `..`, control characters and a dash in front are refused for every kind. */
  pathFault(path: string, host: string | null): string | undefined;
  /**
   * Is it there, and what does it have of these folders (byte strings)? Writes nothing.
   * @throws UserError by the fault
   */
  lookAt(context: Context, remote: Remote, folders: readonly string[], direction: Direction): Promise<There>;
  /** Who moves the bytes. */
  transport(context: Context, there: There, direction: Direction, filters: Pick<Filters, 'include' | 'exclude'>): Transport;
  /** A shell on the other side. A store has none: no push is locked there, and no runs happen there. */
  shell?(context: Context, remote: Remote): Promise<Shell>;
}

/** The kind that a setting names. Loaded when a remote is looked at: the settings let no other name through. */
export const kindNamed = (type: string): RemoteKind => (require(`./kinds/${type}`) as { kind: RemoteKind }).kind;
