import type { Context } from '../../engine/context';
import type { Comparison, FileChange } from '../compare/change';
import type { Direction, Folder } from '../compare/folders';
import type { SyncOptions } from '../options';
import type { Remote } from '../remotes/remote';
import type { RemoteState } from '../remotes/remote-type';
import type { PlanFile } from './plan-file';
import type { Transport } from './transport';

/** One push or pull: what is asked for, and the remote, which the first step looks at for all that follow. */
export interface Session extends Readonly<SyncOptions> {
  readonly context: Context;
  readonly direction: Direction;
  readonly remote: Remote;
  /** The plan that is to be carried out. */
  readonly plan: PlanFile | undefined;
  /** The remote as it was seen last. */
  there(): Promise<RemoteState>;
  transport(): Promise<Transport>;
  /** The remote is looked at anew when it is next asked for. */
  forget(): void;
  /** What was looked at still holds, but for what has arrived: all folders that travel. A remote that cannot tell is looked at anew. */
  arrived(): Promise<void>;
  /** A comparison that was begun before anybody asked for it, beside the other ends of a transfer. */
  ahead: Promise<SessionDifference> | undefined;
  /** What has been sent, once something was. */
  sent: { files: number; bytes: number; deleted: number } | undefined;
}

/** What differs in all folders that travel. */
export interface SessionDifference extends Comparison {
  folders: readonly { folder: Folder; changes: FileChange[] }[];
  /** Found by checksum: size and time are the same. */
  byChecksum: boolean;
  /** `--verify` fetches every file to compare it: the remote tells no checksums. */
  byContents: boolean;
  /** Configured, and not there: nothing to do about them. */
  absent: readonly string[];
  empty: readonly string[];
}

/** Did the remote answer? Why it did not is told by the step that looks at it. */
export const isReached = (session: Pick<Session, 'there'>): Promise<boolean> =>
  session.there().then(
    () => true,
    () => false,
  );
