import type { RemoteKind } from '../kind';
import { machinePathFault } from '../machine-path';
import { lookByShell } from '../preflight';
import { shellOn } from '../shell';

/** A mounted volume: rsync and the shell of this machine do the work. */
export const kind: RemoteKind = {
  host: 'unused',
  pathFault: (path) => machinePathFault(path) ?? (/^(\/|~)/.test(path) ? undefined : `is \`${path}\`: it must begin with \`/\` or \`~\``),
  lookAt: (context, remote, folders, direction) => lookByShell(context, remote, undefined, folders, direction),
  transport: (context, there, direction, filters) =>
    (require('../rsync') as typeof import('../rsync')).rsyncTransport(context, there, direction, filters),
  shell: async (context) => shellOn(context, undefined),
};
