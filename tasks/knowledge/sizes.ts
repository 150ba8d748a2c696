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

/** A package of the index; one that no lock of ours names is taken for a small one. */
const sizeOfOne = (name: string): Size => sizeFrom(measuredSizes[name] ?? otherSize);

/** What the packages of a lock take, together. */
export const sizeOf = (names: readonly string[]): Size => sum(names.map(sizeOfOne));

/** Bytes of conda packages, by the names that conda has for them. */
export const sizeOfConda = (names: readonly string[]): Size => sum(names.map((name) => sizeFrom(ofConda[name] ?? otherSize)));

/** A package that is fetched in a moment. */
export const isSmall = (name: string): boolean => sizeOfOne(name).download < 5_000_000;

/** Several packages as one. */
export function sum(sizes: readonly Size[]): Size {
  return sizes.reduce(
    (total, { download, installed }) => ({ download: total.download + download, installed: total.installed + installed }),
    { download: 0, installed: 0 },
  );
}

const sizeFrom = ([download, installed]: readonly [number, number]): Size => ({ download, installed });
