import type { Context } from '../engine/context';
import type { Progress } from '../engine/step';
import { castFault } from './form/arrow-type';
import { type FileReport, lookAtFile } from './look-at-file';
import { addTallies } from './report/tally';
import type { DataFile } from './rows/data-files';
import { BlockPool } from './workers/block-pool';
import { examineBlock } from './workers/examine-block';

/** Threads that read rows: more would wait for the one that reads the file, and each holds two blocks. */
const mostThreads = 4;

/** Below this many bytes threads take longer to start than to read. */
const smallBytes = 1_000_000;

/** Looks at every row of the files. It writes nothing. */
export async function lookAtData(
  { host }: Pick<Context, 'host'>,
  files: readonly DataFile[],
  tell: (progress: Progress) => void,
): Promise<FileReport[]> {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const pool = new BlockPool(Math.max(1, Math.min(host.cores, mostThreads)));
  let doneBytes = 0;
  try {
    const reports: FileReport[] = [];
    for (const file of files) {
      const before = doneBytes;
      reports.push(
        await lookAtFile(
          file,
          async (block) => {
            host.processes.throwIfInterrupted();
            return totalBytes < smallBytes ? { report: Promise.resolve(examineBlock(block)) } : pool.give(block);
          },
          (bytes) => {
            doneBytes = Math.min(doneBytes + bytes, before + file.bytes);
            tell({ text: file.name, doneBytes, totalBytes });
          },
        ),
      );
    }
    compareFiles(reports);
    return reports;
  } finally {
    await pool.close();
  }
}

/** Files of one split are loaded together: those that do not go with the first of them are told. */
function compareFiles(reports: readonly FileReport[]): void {
  for (const report of reports) {
    const first = reports.find(({ file, rows }) => file.split === report.file.split && rows > 0);
    if (!first || first === report || report.rows === 0) continue;
    const fault = castFault(first.type, report.type);
    if (!fault) continue;
    const detail = `\`${fault.column}\` ${fault.says}, \`${first.file.name}\``;
    addTallies(report.tallies, { 'file-types': { count: 1, first: { line: 1, detail } } }, 0);
  }
}
