import { type JsonShape, listOf, number, oneOf, string, tree } from './careful-json';

/** The training data as the step `data` tells of it. */
export interface RecordedData {
  rows: number;
  lengths: RecordedLengths[];
  faults: RecordedDataFault[];
}

/** Lengths of the examples of one split for one model, in tokens. */
export interface RecordedLengths {
  model: string;
  split: string;
  /** No tokenizer was there: by characters. */
  isEstimate: boolean;
  examples: number;
  median: number;
  maxSeqLength: number;
  cut: number;
  /** How many have as many tokens as `upTo` at most, and more than the one before. */
  histogram: { upTo: number; examples: number }[];
}

/** One kind of fault in one file. */
export interface RecordedDataFault {
  kind: string;
  level: 'error' | 'warning';
  count: number;
  /** File, line and column of the first. */
  place: string;
  detail?: string;
}

/** Reads what the step `data` left. @returns undefined where it left nothing */
export function recordedData(value: unknown): RecordedData | undefined {
  const fields = tree(value);
  const files = listOf(fields['files']).map(tree);
  if (files.length === 0) return undefined;
  return {
    rows: files.reduce((sum, file) => sum + (number(file['rows']) ?? 0), 0),
    lengths: listOf(fields['lengths']).flatMap((each) => recordedLengths(tree(each)) ?? []),
    faults: listOf(fields['faults']).flatMap((each) => recordedFault(tree(each)) ?? []),
  };
}

function recordedLengths(fields: JsonShape): RecordedLengths | undefined {
  const [split, examples, maxSeqLength] = [string(fields['split']), number(fields['examples']), number(fields['maxSeqLength'])];
  if (split === undefined || examples === undefined || maxSeqLength === undefined) return undefined;
  return {
    model: string(fields['model']) ?? '',
    split,
    isEstimate: fields['countedBy'] === 'characters',
    examples,
    median: number(fields['median']) ?? 0,
    maxSeqLength,
    cut: number(fields['cut']) ?? 0,
    histogram: listOf(fields['histogram'])
      .slice(0, 40)
      .flatMap((step) => {
        const [upTo, count] = [number(tree(step)['upTo']), number(tree(step)['examples'])];
        return upTo === undefined || count === undefined ? [] : [{ upTo, examples: count }];
      }),
  };
}

function recordedFault(fields: JsonShape): RecordedDataFault | undefined {
  const [kind, level, file] = [string(fields['kind']), oneOf(['error', 'warning'] as const, fields['level']), string(fields['file'])];
  if (!kind || !level || file === undefined) return undefined;
  const [line, column, detail] = [number(fields['line']), number(fields['column']), string(fields['detail'])];
  const place = [file, ...(line ? [line] : []), ...(line && column ? [column] : [])].join(':');
  return { kind, level, count: number(fields['count']) ?? 0, place, ...(detail ? { detail } : {}) };
}
