import { profileTorch } from './cuda';
import { drivers, type TorchBuild, torchBuilds } from './known-builds';
import { inRange } from './satisfies';

/** What is known of the package index's build of a torch; `undefined` for one that is not in the table. */
export function torchBuild(version: string): TorchBuild | undefined {
  return torchBuilds.find(({ torch }) => inRange(version, torch));
}

/** The build of both profiles; tests/versions holds the table to it. */
export const profileBuild = (): TorchBuild => torchBuild(profileTorch) as TorchBuild;

/** The oldest driver for a CUDA version such as `12.1`. */
export function driverFor(cuda: string): string | undefined {
  return drivers.find((known) => known.cuda === Number.parseInt(cuda, 10))?.driver;
}

/**
 * Whether a build has code for a device: the same major version, and a minor one no newer than the
 * device's; or PTX (`compute_XX`) of any older one, which the driver compiles.
 * @param architectures `sm_80 sm_86 compute_90`
 * @param capability `8.9`
 */
export function covers(architectures: string, capability: string): boolean {
  const [major = 0, minor = 0] = capability.split('.').map(Number);
  return architectures.split(/[\s;,]+/).some((text) => {
    const match = /^(sm|compute)_(\d+)(\d)[a-z]?$/.exec(text);
    if (!match) return false;
    const [builtMajor, builtMinor] = [Number(match[2]), Number(match[3])];
    if (match[1] === 'compute') return builtMajor < major || (builtMajor === major && builtMinor <= minor);
    return builtMajor === major && builtMinor <= minor;
  });
}

/** The compute capabilities that a build has code for: the oldest, and the major version of the newest. */
export function capabilitiesOf(architectures: string): { oldest: string; newestMajor: number } {
  const numbers = [...architectures.matchAll(/(?:sm|compute)_(\d+)(\d)/g)].map(
    ([, major, minor]) => [Number(major), Number(minor)] as const,
  );
  const [oldest = [0, 0]] = [...numbers].sort(([a, b], [c, d]) => a - c || b - d);
  return { oldest: oldest.join('.'), newestMajor: Math.max(0, ...numbers.map(([major]) => major)) };
}

/** A card that is newer than anything that a build has code for. */
export const isNewerThan = (capability: string, architectures: string): boolean =>
  Number.parseInt(capability, 10) > capabilitiesOf(architectures).newestMajor;
