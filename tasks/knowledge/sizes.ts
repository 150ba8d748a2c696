import { measuredSizes, otherSize } from './measured-sizes';

/** Bytes of a package: what is fetched, and what it is unpacked. */
export interface Size {
  download: number;
  installed: number;
}

/**
 * conda's half by its own names: pytorch with its CUDA libraries comes as a few large packages. Not measured, since these
 * channels have never been in reach: what the same libraries take in the index (measured-sizes.ts), rounded up, since
 * conda brings some that the index leaves out.
 */
const ofConda: Readonly<Record<string, readonly [download: number, installed: number]>> = {
  pytorch: [1_400_000_000, 3_200_000_000],
  'pytorch-cuda': [1_600_000_000, 3_200_000_000],
  mkl: [200_000_000, 700_000_000],
  python: [25_000_000, 130_000_000],
};

/** A package of a lock. */
interface Package {
  name: string;
  version: string;
}

/** Of another version than those that were measured, the largest of these; one that no lock of ours names is taken for a small one. */
const sizeOfOne = ({ name, version }: Package): Size => sizeFrom(measuredSizes[`${name}==${version}`] ?? largestOf(name) ?? otherSize);

const largestOf = (name: string): readonly [number, number] | undefined => {
  const sizes = Object.entries(measuredSizes).filter(([key]) => key.startsWith(`${name}==`));
  return sizes.map(([, size]) => size).sort(([, one], [, other]) => other - one)[0];
};

/** What the packages of a lock take, together. */
export const sizeOf = (packages: readonly Package[]): Size => sum(packages.map(sizeOfOne));

/** Bytes of conda packages, by the names that conda has for them. */
export const sizeOfConda = (names: readonly string[]): Size => sum(names.map((name) => sizeFrom(ofConda[name] ?? otherSize)));

/** A package that is fetched in a moment. */
export const isSmall = (one: Package): boolean => sizeOfOne(one).download < 5_000_000;

/** Several packages as one. */
export function sum(sizes: readonly Size[]): Size {
  return sizes.reduce(
    (total, { download, installed }) => ({ download: total.download + download, installed: total.installed + installed }),
    { download: 0, installed: 0 },
  );
}

const sizeFrom = ([download, installed]: readonly [number, number]): Size => ({ download, installed });
