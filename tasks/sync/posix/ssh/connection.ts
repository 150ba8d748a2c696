import type { SshTarget } from '../../answers/ssh/ssh-target';

/** How this machine's ssh is called for one remote; scp takes the same options. */
export interface Ssh {
  options: readonly string[];
  host: string;
  /** What ssh makes of the settings and its own configuration. */
  target: SshTarget;
  /** Lines that every login there prints on stderr, as the look has seen them: they explain no fault. */
  noise: Set<string>;
  /** The login shell there, as the look has seen it. */
  loginShell?: string;
  /** A startup file there hands over to another shell, so that no command of ours is run: what that shell reads is, since it was seen. */
  elsewhere: boolean;
  /** The socket of the connection that all calls share; `undefined` where each makes its own. */
  socket: string | undefined;
}
