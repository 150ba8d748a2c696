import { machinePathFault } from '../posix/path';
import { shellOn } from '../posix/shell';
import { sshFor } from '../posix/ssh/ssh';
import type { RemoteKind } from '../remotes/remote-type';

/** Old rsyncs hand the path to the shell there. */
const safePath = /^(?=.)~?[\w./@%+=:, -]*$/;

/** A machine behind ssh: rsync moves the bytes, or scp where there is none. */
export const kind: RemoteKind = {
  host: 'needed',
  pathFault: (path) =>
    machinePathFault(path) ??
    (safePath.test(path) ? undefined : `is \`${path}\`: letters, digits, spaces and \`. / _ - @ % + = : ,\` only`),
  async lookAt(context, remote, folders, direction, listed) {
    const { lookAtMachine } = require('../posix/look') as typeof import('../posix/look');
    return lookAtMachine(context, remote, await sshFor(context, remote), folders, direction, listed);
  },
  shell: async (context, remote) => shellOn(context, await sshFor(context, remote)),
};
