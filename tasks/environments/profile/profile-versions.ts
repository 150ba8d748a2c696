import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Versions } from '../../knowledge/models';
import { evaluateMarker } from '../python/markers';
import { parseLock } from '../venv/lock/lock-file';
import { pinsOf } from '../venv/lock/pins';
import { requirementsText } from '../venv/requirements';
import { type ProfileName, profileFiles } from './profile-files';

/** The versions that a profile's lock names for a GPU machine (Linux, x86_64); a lock that cannot be read names none. */
export function profileVersions({ root, host, settings }: Context, profile: ProfileName): Versions {
  const minor = settings.setup.python.version;
  const machine = {
    python_version: minor,
    python_full_version: `${minor}.0`,
    sys_platform: 'linux',
    platform_machine: 'x86_64',
    platform_system: 'Linux',
    os_name: 'posix',
  };
  const { requirements, lock } = profileFiles[profile];
  try {
    const packages = parseLock(host.files.readText(path.join(root, lock)) ?? '').filter(
      ({ marker }) => !marker || evaluateMarker(marker, machine),
    );
    // An edited file counts before its lock is made again.
    const pins = pinsOf(requirementsText({ root, host }, { requirements }) ?? '');
    return new Map([...packages, ...pins].flatMap(({ name, version }) => (version ? [[name, version] as const] : [])));
  } catch {
    return new Map();
  }
}
