import type { Context } from '../engine/context';
import type { Progress } from '../engine/step';
import { SeenHashes } from './chat/hashes';
import { castFault } from './form/arrow-type';
import { type LengthPlan, Measure } from './length/measure';
import { type FileReport, lookAtFile } from './look-at-file';
import { type SaidSample, sampleOf } from './near/said';
import { quotedName } from './report/quote';
import { addTallies } from './report/tally';
import type { DataFile, Split } from './rows/data-files';
import { formJudge } from './template/judge-forms';
import type { ModelTemplate } from './template/model-template';
import { BlockPool } from './workers/block-pool';
import { examineBlock } from './workers/examine-block';

/** Threads that read rows: more would wait for the one that reads the file, and each holds two blocks. */
const mostThreads = 4;

/** Below this many bytes threads take longer to start than to read. */
const smallBytes = 1_000_000;

/** What a look at rows goes by. */
export interface LookRequest {
  templates: readonly ModelTemplate[];
  /** What lengths are counted by; they are not where it is left out. */
  lengths?: LengthPlan;
  /** Whether datasets before 4 is to read the files; it is where it is left out. */
  oldDatasets?: boolean;
  /** Takes what the examples say, to be compared. */
  said?: SaidSample;
}

/**
 * Looks at every row of the files, and renders what they have in common with the templates. It writes nothing.
 */
export async function lookAtData(
  { host }: Pick<Context, 'host'>,
  files: readonly DataFile[],
  { templates, lengths, oldDatasets = true, said }: LookRequest,
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
            const bytes = 'parquet' in portion ? portion.fileBytes : portion.bytes.byteLength;
            const sample = said ? sampleOf(bytes, totalBytes) : 0;
            if (totalBytes >= smallBytes) return pool.give(portion, { sample, tell: more });
            measure ??= lengths && new Measure(lengths);
            return { report: Promise.resolve(examineBlock(portion, { measure, sample })) };
          },
          more,
          (block, linesBefore, report) => {
            countDuplicates(seen, block.hashes, linesBefore, report);
            for (const { line, text } of block.said)
              said?.add(() => ({ file: file.name, split: file.split, line: line + linesBefore, text }));
          },
        ),
      );
    }
    compareFiles(reports);
    for (const { refused: by, tallies } of reports) {
      const refused = oldDatasets ? by?.refusedByOld : by?.refusedByNew;
      if (refused) addTallies(tallies, { [refused.kind]: { count: 1, first: { line: 0, detail: refused.detail } } }, 0);
    }
    const judge = formJudge(templates);
    for (const report of reports) addTallies(report.tallies, judge(report.forms.values()), 0);
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
    const detail = `${quotedName(fault.column, 200)} ${fault.says}, \`${first.file.name}\``;
    addTallies(report.tallies, { 'file-types': { count: 1, first: { line: 1, detail } } }, 0);
  }
}
