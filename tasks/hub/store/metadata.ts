import type { Host } from '../../platform';
import { metadataFile } from './layout';

/** What `hf download --local-dir` knows of one file. */
export interface Metadata {
  commit: string;
  /** SHA-256 of an LFS file, else the git blob's SHA-1; no quotes. */
  etag: string;
  /** Unix time in seconds: the file is what was downloaded while it was not changed after this. */
  time: number;
}

/** The three lines of a `.metadata` file; `undefined` where they are not there or not readable. */
export function readMetadata(host: Host, folder: string, file: string): Metadata | undefined {
  const [commit = '', etag = '', time = ''] = (host.files.readText(metadataFile(folder, file)) ?? '')
    .split('\n')
    .map((line) => line.trim());
  if (!/^[0-9a-f]{40}$/.test(commit) || etag === '' || !/^\d+(\.\d+)?$/.test(time)) return undefined;
  return { commit, etag, time: Number(time) };
}

/** Whether hf itself would take the file for what was downloaded: not changed more than a second after it. */
export function isTrusted(host: Host, absolute: string, metadata: Metadata): boolean {
  const stat = host.files.stat(absolute);
  return stat !== undefined && stat.mtimeMs / 1000 - 1 <= metadata.time;
}

/** Written whole, last of all, after the file has its final name. */
export function writeMetadata(host: Host, folder: string, file: string, { commit, etag, time }: Metadata): void {
  host.files.writeText(metadataFile(folder, file), `${commit}\n${etag}\n${time}\n`, false);
}
