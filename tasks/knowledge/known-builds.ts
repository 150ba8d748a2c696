import type { VersionRange } from './satisfies';

/**
 * What builds of packages bring along and ask of a machine. To extend it, add a line with its source: a document, or
 * `measured` where the real packages were looked at.
 */

/** A build of torch as the package index has it. */
export interface TorchBuild {
  torch: VersionRange;
  /** CUDA that the build brings along, `major.minor`. */
  cuda: string;
  /** Compute capabilities that it has code for, as `torch._C._cuda_getArchFlags()` says it. */
  architectures: string;
  source: string;
}

/** The oldest NVIDIA driver (Linux) for a major version of CUDA. */
interface Driver {
  cuda: number;
  driver: string;
  source: string;
}

/** The oldest glibc that the wheels of a package run on. */
interface Glibc {
  has: readonly [name: string, range: VersionRange];
  glibc: string;
  source: string;
}

const sm90 = 'sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90';
const releaseMatrix = 'pytorch/pytorch RELEASE.md, release compatibility matrix';
export const torchBuilds: readonly TorchBuild[] = [
  { torch: '>=2.1,<2.2', cuda: '12.1', architectures: sm90, source: 'measured: torch._C._cuda_getArchFlags() of 2.1.0 and 2.1.2' },
  { torch: '>=2.2,<2.5', cuda: '12.1', architectures: sm90, source: releaseMatrix },
  { torch: '>=2.5,<2.7', cuda: '12.4', architectures: sm90, source: releaseMatrix },
  { torch: '>=2.7,<2.8', cuda: '12.6', architectures: sm90, source: `${releaseMatrix}; its cu128 build has sm_100 and sm_120` },
  { torch: '>=2.8,<2.10', cuda: '12.8', architectures: 'sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120', source: releaseMatrix },
];

/** Minor-version compatibility: one driver serves a whole major version. */
const driverMatrix = 'CUDA compatibility guide, minor version compatibility';
export const drivers: readonly Driver[] = [
  { cuda: 11, driver: '450.80.02', source: driverMatrix },
  { cuda: 12, driver: '525.60.13', source: driverMatrix },
  { cuda: 13, driver: '580.65.06', source: driverMatrix },
];

/** manylinux2014 (PEP 599): what is not named below runs on this one. */
export const oldestGlibc = '2.17';

/** From the names of the wheels (PEP 600). */
export const glibc: readonly Glibc[] = [
  { has: ['bitsandbytes', '>=0.43'], glibc: '2.24', source: 'manylinux_2_24 in the wheels of 0.43.3' },
  { has: ['pandas', '>=2.3'], glibc: '2.24', source: 'manylinux_2_24 in the wheels of 2.3.3' },
  { has: ['torch', '>=2.6'], glibc: '2.28', source: 'manylinux_2_28 in the wheels of 2.6.0' },
];

/** Since when the package index has what a GPU needs for Linux on aarch64; up to then there is a CPU build, or none. */
export const aarch64: readonly { has: readonly [name: string, range: VersionRange]; source: string }[] = [
  {
    has: ['torch', '>=2.11'],
    source: 'measured: the wheel of 2.10.0 for aarch64 asks for no CUDA library, that of 2.14.1 for those of CUDA 13.0',
  },
  { has: ['bitsandbytes', '>=0.46'], source: 'manylinux_2_24_aarch64 in the wheels of 0.46.0' },
];

/** Distributions, each the first release with a glibc of 2.27 or later. */
export const newEnoughImages = 'Ubuntu 18.04, Debian 10, RHEL 8';

/** These cannot be imported from a path with a space. Measured: triton 2.1.0 takes the path up to the first space (common/backend.py). */
export const brokenBySpaces: readonly (readonly [name: string, range: VersionRange])[] = [['triton', '<2.2']];
