import { fieldsOf, tryParse } from '../../untrusted/json';

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

/** A package as conda's own lists name it: `numpy=1.26.4=py310_0`. */
export const condaText = ({ name, version, build }: Pick<CondaPackage, 'name' | 'version' | 'build'>): string =>
  `${name}=${version}=${build}`;

/** The files that a record of conda-meta names, relative to the environment; `undefined` where it cannot be read. */
export function condaFilesIn(record: string): string[] | undefined {
  const fields = fieldsOf(tryParse(record));
  if (!fields) return undefined;
  const { files = [] } = fields;
  return Array.isArray(files) ? files.filter((file): file is string => typeof file === 'string') : undefined;
}
