import type { Host } from '../../platform';
import { bootId } from '../../platform/boot-id';
import { headLine, writtenLine } from '../partials/journal';
import { journalName, partialName, readPartial } from '../partials/partial';
import { type ByteRange, ByteRanges } from '../partials/ranges';
import type { SizedFile } from '../transfer/file-download';
import { wrongBlock } from './block-hashes';
import { backUpUserFile, mostKept } from './deliver';
import { incompleteOf } from './local';
import type { RecordKeeper } from './own';
import { isPersonsFile, isResumable } from './persons-file';
import { removeStamp } from './stamps';

/**
 * Takes over what is there of a file: an interrupted download of hf, or the beginning of a truncated file.
 * It is renamed, not copied, and its hash in the end says whether it was worth it. What others may write into is left.
 */
export function resumeFromIncomplete(here: RecordKeeper, folder: string, file: SizedFile): void {
  const { host } = here;
  const have = readPartial(host, folder, file)?.ranges.total ?? 0;
  const stat = host.shared.lstat(folder, file.path);
  const isBeginning = stat && host.shared.isOursAlone(stat) && isResumable(stat.size, file) && !isPersonsFile(here, folder, file);
  const truncated = isBeginning ? { name: file.path, size: stat.size } : undefined;
  const best = [incompleteOf(host, folder, file), truncated].filter((each) => each !== undefined).sort((a, b) => b.size - a.size)[0];
  if (!best || best.size <= have) return;
  takeOver(here, folder, file, best.name);
  vouch(host, folder, file, [[0, best.size]]);
}

/**
 * Takes over a file of the right size with wrong bytes, but for the block where they begin. Where more of it is wrong,
 * its hash says so in the end, and all of it comes anew.
 * @param marks of the file as it is
 */
export function keepGoodPrefix(here: RecordKeeper, folder: string, file: SizedFile, marks: readonly string[]): void {
  const { host } = here;
  const stat = host.shared.lstat(folder, file.path);
  const block = wrongBlock(here, folder, file, marks);
  if (!block || !stat || !host.shared.isOursAlone(stat) || stat.size !== file.size) return;
  // What begins as the right bytes do is damaged, whoever wrote it last.
  const isDamage = block[0] > 0;
  if (!isDamage && isPersonsFile(here, folder, file)) return;
  if (!isDamage || stat.size <= mostKept) backUpUserFile(here, folder, file, 'copy');
  takeOver(here, folder, file, file.path);
  vouch(host, folder, file, new ByteRanges([block]).gaps(file.size));
}

/** A journal of the old partial must not vouch for the new one. */
function takeOver(here: RecordKeeper, folder: string, file: SizedFile, name: string): void {
  const { shared } = here.host;
  removeStamp(here, folder, file.path);
  shared.remove(folder, journalName(partialName(file)));
  shared.move(folder, name, partialName(file));
}

/** A journal that says which bytes of a partial are there. */
function vouch(host: Host, folder: string, file: SizedFile, there: readonly ByteRange[]): void {
  const lines = there.map(([start, end]) => writtenLine(start, end));
  host.shared.write(folder, journalName(partialName(file)), headLine(file.path, file.size, bootId(host)) + lines.join(''), true);
}
