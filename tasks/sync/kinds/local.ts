import type { RemoteKind } from '../kind';
import { machinePathFault } from '../machine/path';
import { shellOn } from '../machine/shell';

/** A mounted volume: rsync and the shell of this machine do the work. */
export const kind: RemoteKind = {
  host: 'unused',
  pathFault: (path) => machinePathFault(path) ?? (/^(\/|~)/.test(path) ? undefined : `is \`${path}\`: it must begin with \`/\` or \`~\``),
  async lookAt(context, remote, folders, direction) {
    const { lookAtMachine } = require('../machine/look') as typeof import('../machine/look');
    return lookAtMachine(context, remote, undefined, folders, direction);
  },
  shell: async (context) => shellOn(context, undefined),
};
