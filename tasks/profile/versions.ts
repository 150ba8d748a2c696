import * as path from 'node:path';
import type { Context } from '../core/context';
import { parseLock } from '../parse/lock';
import { evaluateMarker } from '../parse/markers';
import { pinsOf } from '../parse/pins';
import { requirementsText } from '../venv/requirements';
import type { Versions } from '../versions/models';
import { type ProfileName, profileFiles } from './files';

/** The versions that a profile's lock names for a GPU machine (Linux, x86_64); a lock that cannot be read names none. */
export function versionsOf({ root, host, settings }: Context, profile: ProfileName): Versions {
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
