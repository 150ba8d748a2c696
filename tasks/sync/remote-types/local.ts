import { machinePathFault } from '../posix/path';
import { shellOn } from '../posix/shell';
import type { RemoteKind } from '../remotes/remote-type';

/** A mounted volume: rsync and the shell of this machine do the work. */
export const kind: RemoteKind = {
  host: 'unused',
  pathFault: (path) => machinePathFault(path) ?? (/^(\/|~)/.test(path) ? undefined : `is \`${path}\`: it must begin with \`/\` or \`~\``),
  async lookAt(context, remote, folders, direction, listed) {
    const { lookAtMachine } = require('../posix/look') as typeof import('../posix/look');
    return lookAtMachine(context, remote, undefined, folders, direction, listed);
  },
  shell: async (context) => shellOn(context, undefined),
};
