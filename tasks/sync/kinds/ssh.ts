import type { RemoteKind } from '../kind';
import { machinePathFault } from '../machine-path';
import { lookByShell } from '../preflight';
import { shellOn } from '../shell';
import { sshFor } from '../ssh';

/** Old rsyncs hand the path to the shell there. */
const safePath = /^(?=.)~?[\w./@%+=:, -]*$/;

/** A machine behind ssh: rsync moves the bytes, or scp where there is none. */
export const kind: RemoteKind = {
  host: 'needed',
  pathFault: (path) =>
    machinePathFault(path) ??
    (safePath.test(path) ? undefined : `is \`${path}\`: letters, digits, spaces and \`. / _ - @ % + = : ,\` only`),
  lookAt: async (context, remote, folders, direction) => lookByShell(context, remote, await sshFor(context, remote), folders, direction),
  transport(context, there, direction, filters) {
    if (there.transfer === 'scp') return (require('../scp') as typeof import('../scp')).scpTransport(context, there, direction, filters);
    return (require('../rsync') as typeof import('../rsync')).rsyncTransport(context, there, direction, filters);
  },
  shell: async (context, remote) => shellOn(context, await sshFor(context, remote)),
};
