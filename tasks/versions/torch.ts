import * as facts from './facts';
import { atLeast, inRange } from './satisfies';
import type { TorchFact } from './types';

/** What is known of the package index's build of a torch; `undefined` for one that is not in the table. */
export function torchBuild(version: string): TorchFact | undefined {
  return facts.torchBuilds.find(({ torch }) => inRange(version, torch));
}

/** The oldest driver for a CUDA version such as `12.1`. */
export function driverFor(cuda: string): string | undefined {
  return facts.drivers.find((fact) => fact.cuda === Number.parseInt(cuda, 10))?.driver;
}

/** Whether a driver is new enough for a CUDA version; `undefined` where that is not known. */
export function driverServes(driver: string, cuda: string): boolean | undefined {
  const least = driverFor(cuda);
  return least === undefined || !/^\d+(\.\d+)*$/.test(driver) ? undefined : atLeast(driver, least);
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
