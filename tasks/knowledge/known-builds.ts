import type { VersionRange } from './satisfies';

/**
 * What builds of packages bring along and ask of a machine. To extend it, add a line with its source: a document, or
 * `measured` where the real packages were looked at.
 */

/** A processor by Node's name (`process.arch`): x86_64, aarch64. */
export type Arch = 'x64' | 'arm64';

/** A build of torch as the package index has it. */
export interface TorchBuild {
  torch: VersionRange;
  arch: Arch;
  /** CUDA that the build brings along, `major.minor`; `undefined` where it is for the processor alone. */
  cuda: string | undefined;
  /** Compute capabilities that it has code for, as `torch._C._cuda_getArchFlags()` says it. */
  architectures: string;
  source: string;
}

/** The oldest NVIDIA driver for a major version of CUDA. */
interface Driver {
  cuda: number;
  /** On Linux. */
  driver: string;
  /** The number that WSL shows. */
  windows: string;
  source: string;
}

/** The oldest glibc that the wheels of a package run on. */
interface Glibc {
  has: readonly [name: string, range: VersionRange];
  glibc: string;
  source: string;
}

const sm90 = 'sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90';
const sm120 = 'sm_75 sm_80 sm_86 sm_90 sm_100 sm_120';
const list = 'measured: the list in libtorch_python of the wheels of 2.11.0 and 2.14.1';
const releaseMatrix = 'pytorch/pytorch RELEASE.md, release compatibility matrix';
export const torchBuilds: readonly TorchBuild[] = [
  {
    torch: '>=2.1,<2.2',
    arch: 'x64',
    cuda: '12.1',
    architectures: sm90,
    source: 'measured: torch._C._cuda_getArchFlags() of 2.1.0 and 2.1.2',
  },
  { torch: '>=2.2,<2.5', arch: 'x64', cuda: '12.1', architectures: sm90, source: releaseMatrix },
  { torch: '>=2.5,<2.7', arch: 'x64', cuda: '12.4', architectures: sm90, source: releaseMatrix },
  {
    torch: '>=2.7,<2.8',
    arch: 'x64',
    cuda: '12.6',
    architectures: sm90,
    source: `${releaseMatrix}; its cu128 build has sm_100 and sm_120`,
  },
  {
    torch: '>=2.8,<2.11',
    arch: 'x64',
    cuda: '12.8',
    architectures: `sm_70 ${sm120}`,
    source: `${releaseMatrix}; measured: the list in libtorch of the wheel of 2.10.0, as in pytorch/pytorch#182250`,
  },
  { torch: '>=2.11', arch: 'x64', cuda: '13.0', architectures: sm120, source: list },
  { torch: '<2.11', arch: 'arm64', cuda: undefined, architectures: '', source: 'the wheels of the package index for aarch64 hold no CUDA' },
  {
    torch: '>=2.11',
    arch: 'arm64',
    cuda: '13.0',
    architectures: 'sm_80 sm_90 sm_100 sm_110 sm_120',
    source: `${list}; cuobjdump finds code for these in each of the 475 parts of libtorch_cuda of 2.14.1, and no PTX`,
  },
];

/** Minor-version compatibility: one driver serves a whole major version. */
const driverMatrix = 'CUDA compatibility guide, minor version compatibility';
export const drivers: readonly Driver[] = [
  { cuda: 11, driver: '450.80.02', windows: '452.39', source: driverMatrix },
  { cuda: 12, driver: '525.60.13', windows: '527.41', source: driverMatrix },
  { cuda: 13, driver: '580.65.06', windows: '580.65', source: driverMatrix },
];

/** The oldest driver for a card that is newer than the oldest driver of a CUDA: the one of the first CUDA that knows the card. */
interface CardDriver {
  capability: string;
  driver: string;
  windows: string;
  source: string;
}

const releaseNotes = 'CUDA Toolkit Release Notes: new in, and table "CUDA Toolkit and Corresponding Driver Versions"';
export const cardDrivers: readonly CardDriver[] = [
  { capability: '10.0', driver: '570.26', windows: '570.65', source: `${releaseNotes}, 12.8` },
  { capability: '12.0', driver: '570.26', windows: '570.65', source: `${releaseNotes}, 12.8` },
  { capability: '10.3', driver: '575.51.03', windows: '576.02', source: `${releaseNotes}, 12.9` },
  { capability: '12.1', driver: '575.51.03', windows: '576.02', source: `${releaseNotes}, 12.9` },
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
  { has: ['bitsandbytes', '>=0.46'], source: 'manylinux_2_24_aarch64 in the wheels of 0.46.0' },
];

/** Distributions, each the first release with a glibc of 2.28 or later. */
export const newEnoughImages = 'Ubuntu 20.04, Debian 10, RHEL 8';

/** These cannot be imported from a path with a space. Measured: triton 2.1.0 takes the path up to the first space (common/backend.py). */
export const brokenBySpaces: readonly (readonly [name: string, range: VersionRange])[] = [['triton', '<2.2']];
