import type { Split } from '../../tasks/data/rows/data-files';

/** Files of rows, by their names below `data/processed`, and what each is for. */
export const splitCases: readonly (readonly [string, Split])[] = [
  ['rows.jsonl', 'train'],
  ['train.jsonl', 'train'],
  ['validation.jsonl', 'validation'],
  ['rows-valid.jsonl', 'validation'],
  ['rows_val_2.jsonl', 'validation'],
  ['dev.json', 'validation'],
  ['my test.jsonl', 'test'],
  ['eval-00001.jsonl', 'test'],
  ['testing.jsonl', 'test'],
  ['rows.evaluation.jsonl', 'test'],
  ['development.jsonl', 'train'],
  ['contest.jsonl', 'train'],
  ['validated.jsonl', 'train'],
  ['weather/train.jsonl', 'train'],
  ['weather/validation.jsonl', 'validation'],
  ['weather/test.jsonl', 'test'],
  ['weather/2024/rows-dev.jsonl', 'validation'],
  ['train/rows.jsonl', 'train'],
  ['validation/rows.jsonl', 'validation'],
  ['val/weather/rows.jsonl', 'validation'],
  ['test/rows.jsonl', 'test'],
  ['weather/eval/rows.jsonl', 'test'],
  ['weather-dev/rows.jsonl', 'validation'],
  ['developers/rows.jsonl', 'train'],
  // Two words: the nearest one.
  ['train/validation.jsonl', 'validation'],
  ['test/train.jsonl', 'train'],
  ['train/valid/rows.jsonl', 'validation'],
  ['validation/training/rows.jsonl', 'train'],
];
