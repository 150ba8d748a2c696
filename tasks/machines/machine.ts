import type { Shell } from '../sync/posix/shell';
import type { Remote } from '../sync/remotes/remote';

/** A machine that tasks run on: its entry under `remotes:`, and a POSIX shell there. */
export interface Machine {
  remote: Remote;
  shell: Shell;
}

/** How just-lora is started there. All paths are absolute, there. */
export interface Runtime {
  /** The program. */
  node: string;
  /** The folder with `lib` and the `node_modules` of production, named by the hash of what it holds. */
  app: string;
  /** The project: `remotes.NAME.path`. */
  project: string;
  /** What is ours there and belongs to no project: `~/.cache/just-lora`. */
  state: string;
}
