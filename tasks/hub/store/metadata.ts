import type { Host } from '../../platform';
import { type Commit, isCommitHash, isSha1, isSha256 } from '../../untrusted/hashes';
import { modelFileFault } from '../../untrusted/names';
import { downloads, metadataName } from './layout';

/** What `hf download --local-dir` knows of one file. */
export interface Metadata {
  commit: Commit;
  /** SHA-256 of an LFS file, else the git blob's SHA-1; no quotes. */
  etag: string;
  /** Unix time in seconds: the file is what was downloaded while it was not changed after this. */
  time: number;
}

/** The metadata of one file, and whether another user may have written it. */
export interface FoundMetadata extends Metadata {
  isForeign: boolean;
}

const mostOfMetadata = 4096;
/** Files of a model that are looked at: more than any repository has. */
const mostFiles = 200_000;

/** The three lines of a `.metadata` file; `undefined` where they are no such. */
export function parseMetadata(text: string): Metadata | undefined {
  const [commit, etag, time = ''] = text.split('\n', 3).map((line) => line.trim());
  if (!isCommitHash(commit) || !(isSha1(etag) || isSha256(etag)) || !/^\d{1,12}(\.\d{1,20})?$/.test(time)) return undefined;
  return { commit, etag, time: Number(time) };
}

/** What is known of one file, whoever wrote it. @throws UserError E_UNSAFE_PATH */
export function readMetadata({ shared }: Host, folder: string, file: string): FoundMetadata | undefined {
  const found = shared.read(folder, metadataName(file), mostOfMetadata);
  const known = found && parseMetadata(found.text);
  return known && { ...known, isForeign: shared.writerOf(found.stat) === 'other' };
}

/** Every file that hf's metadata knows, whatever its commit. @throws UserError E_UNSAFE_PATH */
export function metadataText(host: Host, folder: string): { path: string; known: FoundMetadata }[] {
  return host.shared
    .list(folder, downloads, mostFiles)
    .filter((name) => name.endsWith('.metadata'))
    .map((name) => name.slice(downloads.length + 1, -'.metadata'.length))
    .flatMap((path) => {
      const known = modelFileFault(path) ? undefined : readMetadata(host, folder, path);
      return known ? [{ path, known }] : [];
    });
}

/** Whether hf itself would take the file for what was downloaded: not changed more than a second after it. */
export function isTrusted(host: Host, absolute: string, { time }: Metadata): boolean {
  const stat = host.files.stat(absolute);
  return stat !== undefined && stat.mtimeMs / 1000 - 1 <= time;
}

/** Written whole, last of all, after the file has its final name. @throws UserError E_UNSAFE_PATH */
export function writeMetadata(
  { shared }: Host,
  folder: string,
  file: string,
  { commit, etag, time }: Omit<Metadata, 'commit'> & { commit: string },
): void {
  shared.write(folder, metadataName(file), `${commit}\n${etag}\n${time}\n`);
}

export const removeMetadata = ({ shared }: Host, folder: string, file: string): void => shared.remove(folder, metadataName(file));
