import * as path from 'node:path';
import type { Host } from '../core/host';
import { bootOf } from './boot';
import type { SizedFile } from './job';
import { headLine, writtenLine } from './journal';
import { incompleteOf, isWorthKeeping } from './local';
import { journalFile, partialFile, readPartial } from './partial';
import { removeStamp } from './stamps';

/**
 * Takes over what is there of a file: an interrupted download of hf, or the beginning of a truncated file.
 * It is renamed, not copied, and its hash in the end says whether it was worth it.
 */
export function adopt(host: Host, folder: string, file: SizedFile): void {
  const have = readPartial(host, folder, file)?.ranges.total ?? 0;
  const target = path.join(folder, file.path);
  const stat = host.files.lstat(target);
  const truncated = stat?.isFile() && isWorthKeeping(stat.size, file) ? { path: target, size: stat.size } : undefined;
  const best = [incompleteOf(host, folder, file), truncated].filter((each) => each !== undefined).sort((a, b) => b.size - a.size)[0];
  if (!best || best.size <= have) return;
  const partial = partialFile(folder, file);
  removeStamp(host, folder, file.path);
  // A journal of the old partial must not vouch for the new one.
  host.files.remove(journalFile(partial));
  host.files.move(best.path, partial);
  host.files.writeText(journalFile(partial), headLine(file.path, file.size, bootOf(host)) + writtenLine(0, best.size));
}
