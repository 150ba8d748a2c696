import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { chatKinds } from '../../tasks/data/chat/kinds';
import { formKinds } from '../../tasks/data/form/kinds';
import { type FileReport, lookAtFile } from '../../tasks/data/look-at-file';
import { type DataFile, splitOf } from '../../tasks/data/rows/data-files';
import { examineBlock } from '../../tasks/data/workers/examine-block';
import { temporaryFolder } from '../support/project';

/** Has rows looked at in this thread, as they lie in a file of this name. */
export function examine(content: string | Uint8Array, name = 'train.jsonl'): Promise<FileReport> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return examineFile(name.endsWith('.gz') ? gzipSync(bytes) : bytes, name);
}

/** A file as the search for files finds it. */
export const dataFile = (file: string): DataFile => ({
  path: file,
  name: path.basename(file),
  bytes: fs.statSync(file).size,
  split: splitOf(path.basename(file)),
  compressed: file.endsWith('.gz'),
  parquet: file.endsWith('.parquet'),
});

/** The same for the bytes of the file itself. */
export async function examineFile(bytes: Uint8Array, name: string): Promise<FileReport> {
  const file = path.join(temporaryFolder(), name);
  fs.writeFileSync(file, bytes);
  return lookAtFile(
    dataFile(file),
    async (block) => ({ report: Promise.resolve(examineBlock(block)) }),
    () => undefined,
  );
}

/** The kinds of form that were found, sorted. */
export const formKindsOf = ({ tallies }: FileReport): string[] =>
  Object.keys(tallies)
    .filter((kind) => kind in formKinds)
    .sort();

/** What a training makes of them: the other kinds. */
export const chatKindsOf = ({ tallies }: FileReport): string[] =>
  Object.keys(tallies)
    .filter((kind) => kind in chatKinds)
    .sort();
