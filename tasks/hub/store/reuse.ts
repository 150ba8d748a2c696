import type { Stats } from 'node:fs';
import * as path from 'node:path';
import type { Host } from '../../platform';
import { bootOf } from '../../platform/boot-id';
import { headLine, writtenLine } from '../partials/journal';
import { journalFile, partialFile, readPartial } from '../partials/partial';
import { type Range, Ranges } from '../partials/ranges';
import type { SizedFile } from '../transfer/file-download';
import { wrongBlock } from './block-hashes';
import { keepOld } from './deliver';
import { incompleteOf, isWorthKeeping } from './local';
import { removeStamp } from './stamps';

/**
 * Takes over what is there of a file: an interrupted download of hf, or the beginning of a truncated file.
 * It is renamed, not copied, and its hash in the end says whether it was worth it.
 */
export function adopt(host: Host, folder: string, file: SizedFile): void {
  const have = readPartial(host, folder, file)?.ranges.total ?? 0;
  const target = path.join(folder, file.path);
  const stat = host.files.lstat(target);
  const truncated = stat && isAlone(stat) && isWorthKeeping(stat.size, file) ? { path: target, size: stat.size } : undefined;
  const best = [incompleteOf(host, folder, file), truncated].filter((each) => each !== undefined).sort((a, b) => b.size - a.size)[0];
  if (!best || best.size <= have) return;
  const partial = partialFile(folder, file);
  removeStamp(host, folder, file.path);
  // A journal of the old partial must not vouch for the new one.
  host.files.remove(journalFile(partial));
  host.files.move(best.path, partial);
  vouch(host, partial, file, [[0, best.size]]);
}

/**
 * Takes over a file of the right size with wrong bytes, but for the block where they begin. Where more of it is wrong,
 * its hash says so in the end, and all of it comes anew.
 * @param marks of the file as it is
 */
export function salvage(host: Host, folder: string, file: SizedFile, marks: readonly string[]): void {
  const target = path.join(folder, file.path);
  const stat = host.files.lstat(target);
  const block = wrongBlock(host, folder, file, marks);
  if (!block || !stat || !isAlone(stat) || stat.size !== file.size) return;
  const partial = partialFile(folder, file);
  removeStamp(host, folder, file.path);
  keepOld(host, folder, file, target, 'copy');
  host.files.remove(journalFile(partial));
  host.files.move(target, partial);
  vouch(host, partial, file, new Ranges([block]).gaps(file.size));
}

/** A journal that says which bytes of a partial are there. */
function vouch(host: Host, partial: string, file: SizedFile, there: readonly Range[]): void {
  const lines = there.map(([start, end]) => writtenLine(start, end));
  host.files.writeText(journalFile(partial), headLine(file.path, file.size, bootOf(host)) + lines.join(''));
}

/** A file that is nobody else's under another name: what goes into it would go into that one too. */
const isAlone = (stat: Stats): boolean => stat.isFile() && stat.nlink === 1;
