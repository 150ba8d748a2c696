import type { Context } from '../engine/context';
import type { Progress } from '../engine/step';
import { SeenHashes } from './chat/hashes';
import { castFault } from './form/arrow-type';
import { type LengthPlan, Measure } from './length/measure';
import { type FileReport, lookAtFile } from './look-at-file';
import { addTallies } from './report/tally';
import type { DataFile, Split } from './rows/data-files';
import { judgeForms } from './template/judge-forms';
import type { ModelTemplate } from './template/model-template';
import { BlockPool } from './workers/block-pool';
import { examineBlock } from './workers/examine-block';

/** Threads that read rows: more would wait for the one that reads the file, and each holds two blocks. */
const mostThreads = 4;

/** Below this many bytes threads take longer to start than to read. */
const smallBytes = 1_000_000;

/**
 * Looks at every row of the files, and renders what they have in common with the templates. It writes nothing.
 * @param oldDatasets whether datasets before 4 is to read them
 */
export async function lookAtData(
  { host }: Pick<Context, 'host'>,
  files: readonly DataFile[],
  { templates, lengths, oldDatasets = true }: { templates: readonly ModelTemplate[]; lengths?: LengthPlan; oldDatasets?: boolean },
  tell: (progress: Progress) => void,
): Promise<FileReport[]> {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const pool = new BlockPool(Math.max(1, Math.min(host.cores, mostThreads)), lengths);
  let measure: Measure | undefined;
  let doneBytes = 0;
  const seen = new SeenHashes();
  try {
    const reports: FileReport[] = [];
    for (const file of files) {
      const before = doneBytes;
      const more = (bytes: number) => {
        host.processes.throwIfInterrupted();
        doneBytes = Math.min(doneBytes + bytes, before + file.bytes);
        tell({ text: file.name, doneBytes, totalBytes });
      };
      reports.push(
        await lookAtFile(
          file,
          async (portion) => {
            host.processes.throwIfInterrupted();
            if (totalBytes >= smallBytes) return pool.give(portion, more);
            measure ??= lengths && new Measure(lengths);
            return { report: Promise.resolve(examineBlock(portion, measure)) };
          },
          more,
          (hashes, linesBefore, report) => countDuplicates(seen, hashes, linesBefore, report),
        ),
      );
    }
    compareFiles(reports);
    for (const { refusedByOld: refused, tallies } of reports)
      if (refused && oldDatasets) addTallies(tallies, { [refused.kind]: { count: 1, first: { line: 0, detail: refused.detail } } }, 0);
    for (const report of reports) addTallies(report.tallies, judgeForms(report.forms.values(), templates), 0);
    return reports;
  } finally {
    await pool.close();
  }
}

const splits: readonly Split[] = ['train', 'validation', 'test'];

/** Examples that stand before already, in the same split or in another one. */
function countDuplicates(seen: SeenHashes, hashes: Uint32Array, linesBefore: number, { file, tallies }: FileReport): void {
  const split = splits.indexOf(file.split);
  for (let at = 0; at < hashes.length; at += 3) {
    const before = seen.add(hashes[at + 1] as number, hashes[at + 2] as number, split);
    if (before === undefined) continue;
    const kind = before === split ? 'duplicate' : 'train-and-validation';
    const place = { line: (hashes[at] as number) + linesBefore };
    addTallies(tallies, { [kind]: { count: 1, first: before === split ? place : { ...place, detail: `also in ${splits[before]}` } } }, 0);
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
