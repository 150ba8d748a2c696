import type { RsyncVersion } from '../answers/rsync-output';
import type { RemoteState } from '../remotes/remote-type';
import type { SeenTrees } from './seen-trees';
import type { Shell } from './shell';
import type { Ssh } from './ssh/connection';

/** A remote with a POSIX shell: a machine behind ssh, or a volume of this one. */
export interface PosixMachine extends RemoteState {
  shell: Shell;
  /** `undefined` for a volume of this machine. */
  ssh: Ssh | undefined;
  /** `undefined` where it has none. */
  rsync: RsyncVersion | undefined;
  rsyncHere: RsyncVersion | undefined;
  trees: SeenTrees;
}
