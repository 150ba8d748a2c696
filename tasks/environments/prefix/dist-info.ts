import { normalizeName } from '../../common/package-name';

/** An installed package as its folder name tells: `huggingface_hub-0.25.2.dist-info`. */
export interface Installed {
  name: string;
  version: string;
  /** The folder or file in site-packages that says so. */
  entry: string;
}

/** Packages by the names in site-packages. The folder name is enough: PEP 427 and PEP 376 fix it. */
export function installedFrom(entries: readonly string[]): Installed[] {
  return entries.flatMap((entry) => {
    const match = /^(.+?)-([^-]+?)(?:-py\d[^-]*)?\.(?:dist-info|egg-info)$/.exec(entry);
    return match?.[1] && match[2] ? [{ name: normalizeName(match[1]), version: match[2], entry }] : [];
  });
}

/** `Name` and `Version` of a METADATA or PKG-INFO file. */
export function readMetadataFile(text: string): { name: string; version: string } | undefined {
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const name = /^Name:\s*(.+?)\s*$/m.exec(head)?.[1];
  const version = /^Version:\s*(.+?)\s*$/m.exec(head)?.[1];
  return name && version ? { name: normalizeName(name), version } : undefined;
}

/** A file as a RECORD notes it. */
export interface RecordedFile {
  file: string;
  /** Bytes: the third column. */
  size: number;
  /** Of the second column, in URL-safe base64 without padding, as PEP 376 has it; absent where there is none, or another hash. */
  sha256?: string;
}

/** Files of a RECORD with their sizes; those without one are left out. */
export function recordedFiles(text: string): RecordedFile[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*)),(?:sha256=([\w-]{43})|[^,]*),(\d+)$/.exec(line);
    if (!match) return [];
    const file = (match[1]?.replace(/""/g, '"') ?? match[2]) as string;
    return [{ file, size: Number(match[4]), ...(match[3] ? { sha256: match[3] } : {}) }];
  });
}

/** Every file that a RECORD names, in its order: those without a size too (PEP 376: a CSV file, a path first). */
export const filesInRecord = (text: string): string[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]+)),/.exec(line);
    return match ? [(match[1]?.replace(/""/g, '"') ?? match[2]) as string] : [];
  });
