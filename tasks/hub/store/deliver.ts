import type { Stats } from 'node:fs';
import * as path from 'node:path';
import type { Host } from '../../platform';
import { hashOf } from '../model/hub-file';
import { journalFile } from '../partials/partial';
import { giveName, type SizedFile } from '../transfer/file-download';
import { writeMarks } from './block-hashes';
import { cacheFolder, downloadFolder } from './layout';
import { readMetadata, writeMetadata } from './metadata';
import { removeStamp, writeStamp } from './stamps';

/** Files of a person up to this size are moved aside when the model's own take their place. */
const mostKept = 100_000_000;

/** Gives a proven partial its name, and says so to hf and to our next look. */
export function deliver(host: Host, folder: string, commit: string, file: SizedFile, partial: string, marks: readonly string[]): void {
  const target = path.join(folder, file.path);
  removeStamp(host, folder, file.path);
  keepOld(host, folder, file, target);
  giveName(partial, target);
  host.files.remove(journalFile(partial));
  const stat = host.files.stat(target);
  if (stat) mark(host, folder, commit, file, stat, marks);
}

/** Remembers a file whose hash is right: hf's metadata, then our stamp. `before` is the file as it was hashed. */
export function mark(host: Host, folder: string, commit: string, file: SizedFile, before: Stats, marks: readonly string[] = []): void {
  const { hex } = hashOf(file);
  writeMetadata(host, folder, file.path, { commit, etag: hex, time: Math.max(host.now().getTime(), before.mtimeMs) / 1000 });
  writeStamp(host, folder, file.path, before, hex);
  writeMarks(host, folder, file, marks);
}

/** Keeps wrong bytes where they can be looked at. @returns where */
export function setAside(host: Host, folder: string, file: SizedFile, partial: string, actual: string): string {
  const aside = path.join(folder, '.cache', 'just-lora', 'wrong', `${file.path}.${actual.slice(0, 12)}`);
  host.files.makeFolder(path.dirname(aside));
  host.files.move(partial, aside);
  host.files.remove(journalFile(partial));
  return aside;
}

/** What a person changed or put there is kept; what hf or we fetched, and only a disk or a network spoiled, is not. */
export function keepOld(host: Host, folder: string, file: SizedFile, target: string, how: 'move' | 'copy' = 'move'): void {
  const stat = host.files.lstat(target);
  if (!stat) return;
  const known = readMetadata(host, folder, file.path);
  // Stricter than hf, which overlooks a second: a person may be quick.
  const isFetched = known !== undefined && stat.mtimeMs / 1000 <= known.time;
  if (stat.isFile() && (isFetched || stat.size > mostKept)) return;
  const aside = path.join(folder, '.cache', 'just-lora', 'replaced', `${file.path}.${host.now().toISOString().replace(/[:.]/g, '-')}`);
  host.files.makeFolder(path.dirname(aside));
  if (how === 'move') host.files.move(target, aside);
  else host.files.copy(target, aside);
}

/** The cache of a folder is nobody's to commit. */
export function makeCache(host: Host, folder: string): void {
  host.files.makeFolder(downloadFolder(folder));
  for (const at of [cacheFolder(folder), path.join(folder, '.cache', 'just-lora')])
    if (!host.files.stat(path.join(at, '.gitignore'))) host.files.writeText(path.join(at, '.gitignore'), '*');
}
