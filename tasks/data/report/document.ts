import { kindOf, kindOrder } from '../kinds';
import type { Lengths } from '../length/lengths';
import type { FileReport } from '../look-at-file';
import type { NearReport } from '../near/look-near';
import type { Place } from './tally';

/** One kind of fault in one file, as `--json` has it. */
export interface Fault extends Place {
  file: string;
  kind: string;
  level: 'error' | 'warning';
  count: number;
}

/** All that a look found, as `--json` has it and a proof keeps it. */
export interface DataReport {
  files: { file: string; split: string; rows: number; bytes: number }[];
  /** Errors before warnings, each in the order of the table in docs/DATA.md. */
  faults: Fault[];
  /** Lengths of the examples, for each model and split. */
  lengths: Lengths[];
  /** Models whose tokenizer is not here, and why. */
  withoutTokenizer: Record<string, string>;
  /** Near duplicates and languages; absent where they were not looked for. */
  near?: NearReport;
  /** What was not looked at, and why. */
  notLookedAt: string[];
}

/** What was found, as plain values. @param ofFolder what is told of no row */
export function reportOf(
  files: readonly FileReport[],
  ofFolder: readonly Fault[],
  rest: Pick<DataReport, 'lengths' | 'withoutTokenizer' | 'near' | 'notLookedAt'>,
): DataReport {
  const ofFiles = files.flatMap(({ file, tallies }) =>
    Object.entries(tallies).map(
      ([kind, { count, first }]): Fault => ({ file: file.name, kind, level: kindOf(kind).level, count, ...first }),
    ),
  );
  const rank = ({ level, kind }: Fault) => (level === 'error' ? 0 : 1000) + kindOrder.indexOf(kind);
  return {
    files: files.map(({ file, rows, bytes }) => ({ file: file.name, split: file.split, rows, bytes })),
    faults: [...ofFolder, ...ofFiles].sort((one, other) => rank(one) - rank(other)),
    ...rest,
  };
}
