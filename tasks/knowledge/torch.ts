import { compareDotted } from '../common/dotted';
import { type Arch, cardDrivers, drivers, type TorchBuild, torchBuilds } from './known-builds';
import { inRange } from './satisfies';

/** What is known of the package index's build of a torch for a processor; `undefined` for one that is not in the table. */
export function torchBuild(version: string, arch: Arch = 'x64'): TorchBuild | undefined {
  return torchBuilds.find((build) => build.arch === arch && inRange(version, build.torch));
}

/**
 * The oldest driver that runs code of a CUDA on a card: one serves a whole major version, and a newer card asks for the
 * driver that came with the first CUDA that knows it.
 * @param cuda such as `12.1`
 * @param capability of the card; absent where none is looked at
 * @param system `windows` where the driver is that of Windows, as in WSL
 */
export function driverFor(cuda: string, capability?: string, system: 'driver' | 'windows' = 'driver'): string | undefined {
  const least = drivers.find((known) => known.cuda === Number.parseInt(cuda, 10))?.[system];
  const ofCard = cardDrivers.find((known) => known.capability === capability)?.[system];
  return least && ofCard && compareDotted(ofCard, least) > 0 ? ofCard : least;
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
