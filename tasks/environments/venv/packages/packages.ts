import type { Context } from '../../../engine/context';
import type { Installed } from '../../prefix/dist-info';
import type { EnvironmentDefinition } from '../definition';
import type { Locked } from '../lock/lock-file';
import { pinsOf } from '../lock/pins';
import { requirementsText } from '../requirements';
import { type PackageDifference, sameVersion } from './compare';
import { lockedHere } from './locked-here';

/** One package of an environment, as `--json` tells it: what is there and what the lock wants. */
export interface PackageState {
  name: string;
  version?: string;
  locked?: string;
  /** How it differs from the lock; absent where it does not. */
  drift?: 'missing' | 'version' | 'extra';
  /** The requirements name it; the others came along. */
  asked?: true;
}

/** The libraries that a person asked for, by name. */
export function requestedPackages(context: Context, definition: EnvironmentDefinition): ReadonlySet<string> {
  return new Set(pinsOf(requirementsText(context, definition) ?? '').map(({ name }) => name));
}

/** Every package that is there or should be, by name. */
export function packageStates(
  locked: readonly Locked[],
  installed: readonly Installed[],
  { missing, mismatched: other, extra }: PackageDifference,
  asked: ReadonlySet<string>,
): PackageState[] {
  const drifts = new Map<string, PackageState['drift']>([
    ...missing.map(({ name }) => [name, 'missing'] as const),
    ...other.map(({ name }) => [name, 'version'] as const),
    ...extra.map(({ name }) => [name, 'extra'] as const),
  ]);
  const wanted = new Map(locked.map(({ name, version }) => [name, version]));
  const there = new Map(installed.map(({ name, version }) => [name, version]));
  return [...new Set([...wanted.keys(), ...there.keys()])].sort().map((name) => {
    const [version, lock, drift] = [there.get(name), wanted.get(name), drifts.get(name)];
    return {
      name,
      ...(version ? { version } : {}),
      ...(lock ? { locked: lock } : {}),
      ...(drift ? { drift } : {}),
      ...(asked.has(name) ? { asked: true as const } : {}),
    };
  });
}

/** The packages where the lock is older than the requirements: what these pin is what is wanted. */
export function withPins(states: readonly PackageState[], context: Context, definition: EnvironmentDefinition): PackageState[] {
  const pins = lockedHere(context, definition, pinsOf(requirementsText(context, definition) ?? ''));
  const pinned = new Map(pins.map(({ name, version }) => [name, version]));
  const absent = pins.filter(({ name }) => !states.some((one) => one.name === name)).map(({ name }): PackageState => ({ name }));
  return [...states, ...absent]
    .map((one): PackageState => {
      const version = pinned.get(one.name);
      if (!pinned.has(one.name)) return one;
      const drift = one.version === undefined ? 'missing' : version && !sameVersion(one.version, version) ? 'version' : undefined;
      const locked = version ?? one.locked;
      const { name, version: there } = one;
      return { name, ...(there ? { version: there } : {}), ...(locked ? { locked } : {}), ...(drift ? { drift } : {}), asked: true };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
