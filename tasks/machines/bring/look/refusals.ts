import { isAtLeast } from '../../../common/dotted';
import { UserError } from '../../../common/errors';
import { bytes } from '../../../common/format';
import { nodeGlibc } from '../../../knowledge/node-builds';
import type { Remote } from '../../../sync/remotes/remote';
import { architectures, type MachineLook, type Place } from './machine-answer';

/**
 * What makes a machine none to run on, before anything is sent.
 * @param needed bytes of what must be brought into the home folder
 * @throws UserError E_MACHINE_SYSTEM, E_MACHINE_ARCHITECTURE, E_MACHINE_LIBC, E_MACHINE_HOME, E_MACHINE_NOEXEC, E_REMOTE_PATH,
 *   E_REMOTE_READ_ONLY, E_REMOTE_FULL
 */
export function refuseMachine(remote: Remote, look: MachineLook, needed: number): void {
  const refused = systemFault(remote, look) ?? stateFault(remote, look, needed) ?? projectFault(remote, look);
  if (refused) throw refused;
}

function systemFault({ name }: Remote, { system, machine, libc }: MachineLook): UserError | undefined {
  if (system !== 'Linux')
    return new UserError({
      code: 'E_MACHINE_SYSTEM',
      found: `\`${name}\` runs ${system === 'Darwin' ? 'macOS' : system || 'a system without a name'}`,
      needed: 'Linux: training needs an NVIDIA GPU, which nothing else drives',
      fix: `log in there and run the command in a clone of the project\nor name a Linux machine as \`remotes.${name}.host\``,
    });
  if (!Object.hasOwn(architectures, machine))
    return new UserError({
      code: 'E_MACHINE_ARCHITECTURE',
      found: `the processor of \`${name}\` is \`${machine}\``,
      needed: '`x86_64` or `aarch64`, for which Node is brought',
      fix: `rent a machine of one of the two and name it as \`remotes.${name}.host\``,
    });
  const glibc = /^glibc (\d{1,3}\.\d{1,3})/.exec(libc)?.[1] ?? /(?:GNU libc|GLIBC)[^\d]{0,60}(\d{1,3}\.\d{1,3})/i.exec(libc)?.[1];
  if (glibc !== undefined && isAtLeast(glibc, nodeGlibc)) return undefined;
  const isMusl = /musl/i.test(libc);
  return new UserError({
    code: 'E_MACHINE_LIBC',
    found: `the C library of \`${name}\` is ${isMusl ? 'musl (Alpine)' : glibc ? `glibc ${glibc}` : `\`${libc || 'unknown'}\``}`,
    needed: `glibc ${nodeGlibc} or newer, as Node and torch are built for`,
    fix: isMusl
      ? 'start the machine from an image of Ubuntu or Debian'
      : 'start the machine from a newer image: Ubuntu 20.04, Debian 10, RHEL 8 or later',
  });
}

function stateFault({ name }: Remote, { home, state }: MachineLook, needed: number): UserError | undefined {
  if (!state.isFolder || !state.isWritable)
    return new UserError({
      code: 'E_MACHINE_HOME',
      found: `\`${state.nearest}\` on \`${name}\` ${state.isFolder ? 'cannot be written' : 'is not a folder'}`,
      needed: `\`${home}/.cache/just-lora\`, where what just-lora needs to run is brought`,
      fix: 'give this login a home folder that it may write\nor log in as another user: `remotes.NAME.user`'.replace('NAME', name),
    });
  if (state.isNoExec)
    return new UserError({
      code: 'E_MACHINE_NOEXEC',
      found: `\`${state.mount}\` on \`${name}\` is mounted \`noexec\`: no program in \`${state.nearest}\` can be started`,
      needed: `a home folder that programs can be started from`,
      fix: `\`sudo mount -o remount,exec ${state.mount}\` there\nor log in as a user with another home folder: \`remotes.${name}.user\``,
    });
  return noRoom(name, state, needed);
}

function projectFault({ name }: Remote, { path, project, at }: MachineLook): UserError | undefined {
  if (at === 'other' || !project.isFolder)
    return new UserError({
      code: 'E_REMOTE_PATH',
      found: `\`${at === 'other' ? path : project.nearest}\` on \`${name}\` is not a folder`,
      needed: `a folder at \`${path}\``,
      fix: `set another \`remotes.${name}.path\``,
    });
  if (!project.isWritable)
    return new UserError({
      code: 'E_REMOTE_READ_ONLY',
      found: `\`${project.nearest}\` on \`${name}\` cannot be written`,
      needed: 'a folder that this login may write',
      fix: `give this login write access there\nor set another \`remotes.${name}.path\``,
    });
  return undefined;
}

/** @param needed bytes */
export function noRoom(name: string, { freeBytes, nearest }: Place, needed: number): UserError | undefined {
  if (freeBytes === undefined || freeBytes >= needed) return undefined;
  return new UserError({
    code: 'E_REMOTE_FULL',
    found: `${bytes(freeBytes)} free in \`${nearest}\` on \`${name}\`, ${bytes(needed)} to come`,
    needed: `${bytes(needed)} free`,
    fix: `free ${bytes(needed - freeBytes)} there`,
  });
}
