import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Versions } from '../../knowledge/models';
import { type Machine, machineMarkers } from '../python/machine-markers';
import { parseLock } from '../venv/lock/lock-file';
import { pinsOf } from '../venv/lock/pins';
import { lockedFor } from '../venv/packages/compare';
import { requirementsText } from '../venv/requirements';
import { type ProfileName, profileFiles } from './profile-files';

/** The GPU machine that a look from here is about: this one where it runs Linux, else one with an x86_64. */
export const gpuMachine = ({ platform, arch }: Machine): Machine =>
  platform === 'linux' ? { platform, arch } : { platform: 'linux', arch: 'x64' };

/** The versions that a profile's lock names for a GPU machine; a lock that cannot be read names none. */
export function profileVersions({ root, host, settings }: Context, profile: ProfileName, machine: Machine = gpuMachine(host)): Versions {
  const markers = machineMarkers(machine, `${settings.setup.python.version}.0`);
  const { requirements, lock } = profileFiles[profile];
  try {
    const packages = parseLock(host.files.readText(path.join(root, lock)) ?? '');
    // An edited file counts before its lock is made again.
    const pins = pinsOf(requirementsText({ root, host }, { requirements }) ?? '');
    const named = [...lockedFor(packages, markers), ...lockedFor(pins, markers)];
    return new Map(named.flatMap(({ name, version }) => (version ? [[name, version] as const] : [])));
  } catch {
    return new Map();
  }
}
