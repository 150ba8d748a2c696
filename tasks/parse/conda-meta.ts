/** A package of conda's, from the name of its record in conda-meta. */
export interface CondaPackage {
  name: string;
  version: string;
  build: string;
  /** The record's file name. */
  entry: string;
}

/** `numpy-1.26.4-py310_0.json` → name, version, build: neither version nor build has a dash. */
export function condaPackagesFrom(entries: readonly string[]): CondaPackage[] {
  return entries.flatMap((entry) => {
    const match = /^(.+)-([^-]+)-([^-]+)\.json$/.exec(entry);
    return match ? [{ name: match[1] as string, version: match[2] as string, build: match[3] as string, entry }] : [];
  });
}

export const condaText = ({ name, version, build }: Pick<CondaPackage, 'name' | 'version' | 'build'>): string =>
  `${name}=${version}=${build}`;
