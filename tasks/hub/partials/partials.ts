import * as path from 'node:path';
import type { Host } from '../../platform';
import { bootOf } from '../../platform/boot-id';
import { downloadFolder } from '../store/layout';
import { parseJournal } from './journal';

/** What an interrupted download has left. */
export interface Leftover {
  /** Absolute. */
  file: string;
  /** The file of the model that it was to become, where that is known. */
  of: string | undefined;
  bytes: number;
}

/** Every partial file in a model's folder: ours with their journals, hf's, and wrong files that were kept aside. */
export function leftoversIn(host: Host, folder: string): Leftover[] {
  const ours = walk(host, downloadFolder(folder))
    .filter((file) => /\.(partial|incomplete)$|\.partial\.ranges(\.tmp-\d+)?$/.test(file))
    .map((file) => ({ file, of: nameOf(host, file), bytes: sizeOf(host, file) }));
  const wrong = walk(host, path.join(folder, '.cache', 'just-lora', 'wrong')).map((file) => ({
    file,
    of: undefined,
    bytes: sizeOf(host, file),
  }));
  return [...ours, ...wrong];
}

/** Bytes on the disk: a partial file has holes. */
const sizeOf = (host: Host, file: string): number => (host.files.lstat(file)?.blocks ?? 0) * 512;

function nameOf(host: Host, file: string): string | undefined {
  const partial = file.replace(/\.ranges(\.tmp-\d+)?$/, '');
  return parseJournal(host.files.readText(`${partial}.ranges`) ?? '', bootOf(host))?.path;
}

function walk(host: Host, folder: string): string[] {
  return host.files.list(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return host.files.lstat(file)?.isDirectory() ? walk(host, file) : [file];
  });
}
