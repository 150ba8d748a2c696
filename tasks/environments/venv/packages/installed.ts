import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { hashFiles } from '../../../platform/hashing';
import { type Installed, type RecordedFile, readMetadataFile, recordedFiles } from '../../prefix/dist-info';

/** A package that is not as it was installed, with the first thing that is wrong. */
export interface Damage {
  name: string;
  what: string;
}

/** Looks at every file that the packages say they consist of: is it there, in its size? */
export function damagedIn({ host }: Context, sitePackages: string, packages: readonly Installed[]): Damage[] {
  const noted = notedFiles(host, sitePackages);
  return packages.flatMap(({ name, entry }) => {
    if (!entry.endsWith('.dist-info')) return [];
    const metadata = readMetadataFile(host.files.readText(path.join(sitePackages, entry, 'METADATA')) ?? '');
    if (metadata?.name !== name) return [{ name, what: `\`${entry}/METADATA\` is damaged` }];
    const files = noted(entry);
    if (!files) return [{ name, what: `\`${entry}/RECORD\` is missing` }];
    for (const { file, size } of files) {
      const there = host.files.stat(placeOf(sitePackages, file));
      if (!there) return [{ name, what: `\`${file}\` is missing` }];
      if (there.size === size || isAnothers(packages, noted, entry, file, (other) => other.size === there.size)) continue;
      return [{ name, what: `\`${file}\` has ${there.size} of ${size} bytes` }];
    }
    return [];
  });
}

/** Looks into every file too, for what a change that keeps the size leaves: is it what was installed? Reads all of them. */
export async function alteredIn({ host }: Context, sitePackages: string, packages: readonly Installed[]): Promise<Damage[]> {
  const noted = notedFiles(host, sitePackages);
  const files = packages.flatMap(({ name, entry }) =>
    (noted(entry) ?? []).flatMap(({ file, size, sha256 }) => (sha256 ? [{ name, entry, file, size, sha256 }] : [])),
  );
  const jobs = files.map(({ file, size }) => ({ file: placeOf(sitePackages, file), algorithm: 'sha256' as const, bytes: size }));
  const hashed = await hashFiles(jobs, { signal: host.processes.signal });
  const altered = files.filter(({ entry, file, sha256 }, at) => {
    const now = Buffer.from(hashed[at]?.hex ?? '', 'hex').toString('base64url');
    return now !== sha256 && !isAnothers(packages, noted, entry, file, (other) => other.sha256 === now);
  });
  return [...new Map(altered.map(({ name, file }) => [name, { name, what: `\`${file}\` is not what was installed` }])).values()];
}

type Noted = (entry: string) => readonly RecordedFile[] | undefined;

/** What a package's RECORD says of its files, read once; `undefined` where it has none. Python's own bytecode comes and goes as it likes. */
function notedFiles(host: Context['host'], sitePackages: string): Noted {
  const read = new Map<string, readonly RecordedFile[] | undefined>();
  return (entry) => {
    if (!read.has(entry)) {
      const text = host.files.readText(path.join(sitePackages, entry, 'RECORD'));
      read.set(entry, text ? recordedFiles(text).filter(({ file }) => !file.endsWith('.pyc')) : undefined);
    }
    return read.get(entry);
  };
}

/** Two packages may bring one file, and the later one's is there: to install the other again would only turn them round. */
const isAnothers = (
  packages: readonly Installed[],
  noted: Noted,
  entry: string,
  file: string,
  fits: (other: RecordedFile) => boolean,
): boolean => packages.some((one) => one.entry !== entry && noted(one.entry)?.some((other) => other.file === file && fits(other)));

/** Names in a RECORD are relative to the folder of packages; those of programs begin with `..`. */
const placeOf = (sitePackages: string, file: string): string =>
  file.startsWith('.') || file.startsWith('/') ? path.resolve(sitePackages, file) : `${sitePackages}${path.sep}${file}`;
