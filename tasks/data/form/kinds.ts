/** How bad it is: `error`: a reader refuses it, or the training learns something else; `warning`: a person should know. */
export type Level = 'error' | 'warning';

/** A kind of fault: what is told of it, who says so, and what mends it. Each has its row in docs/DATA.md. */
export interface Kind {
  level: Level;
  /** What it is and what comes of it. */
  says: string;
  fix: string;
}

/**
 * What a reader of rows stumbles over. The readers: json of Python 3.10 line by line, and `load_dataset("json")` of datasets
 * 2.15.0 with pyarrow 14.0.2, which the profiles as-asked and compat have. tests/remote/data.test.ts asks both.
 */
export const formKinds = {
  'not-utf8': { level: 'error', says: 'bytes that are no UTF-8: every reader stops there', fix: 'write the file as UTF-8' },
  'utf-16': { level: 'error', says: 'UTF-16, as PowerShell writes it: no reader takes it', fix: 'write the file as UTF-8' },
  'broken-gzip': { level: 'error', says: 'the compressed data is not whole', fix: 'write the file again' },
  'broken-parquet': {
    level: 'error',
    says: 'no Parquet file, or one that is not whole: no reader takes it',
    fix: 'write or copy the file again',
  },
  'newer-features': {
    level: 'error',
    says: 'written by datasets 4 or newer: datasets 2.15 raises `TypeError: must be called with a dataclass type or instance`',
    fix: 'write it with datasets 2.15, or without its metadata: `pq.write_table(pq.read_table(f).replace_schema_metadata(None), f2)`',
  },
  'foreign-type': {
    level: 'error',
    says: 'a type that datasets 2.15 has no word for, as Polars (`large_list`), pandas (a category) and DuckDB (UUID, MAP, INTERVAL) write it: it raises ValueError or NotImplementedError; datasets 5.2 has none for a UUID and a map',
    fix: 'write it with `datasets.Dataset.from_list(rows).to_parquet(f)`, or as JSONL',
  },
  mark: {
    level: 'warning',
    says: 'a byte order mark: datasets takes it, json and pandas refuse the first line',
    fix: 'write the file without one: `encoding="utf-8"`',
  },
  'marked-list': {
    level: 'error',
    says: 'a byte order mark before a list of rows: datasets, json and pandas refuse the file',
    fix: 'write the file without one: `encoding="utf-8"`',
  },
  'not-json': { level: 'error', says: 'no JSON: every reader stops there', fix: 'write each row with `json.dumps`' },
  'trailing-comma': {
    level: 'error',
    says: 'a comma behind the last value: every reader stops there',
    fix: 'write each row with `json.dumps`',
  },
  quotes: {
    level: 'error',
    says: 'single quotes, `None` or `True`: a Python value and no JSON',
    fix: 'write each row with `json.dumps`, not with `str`',
  },
  comment: { level: 'error', says: 'a comment: JSON has none', fix: 'take it out' },
  control: {
    level: 'error',
    says: 'a tab, a line break or another control within a text: json and datasets refuse it',
    fix: 'write each row with `json.dumps`',
  },
  unterminated: { level: 'error', says: 'a row that ends too early: a file that was not written to its end', fix: 'write the file again' },
  'several-lines': {
    level: 'error',
    says: 'a row over several lines: datasets takes it, what reads line by line does not',
    fix: 'write one row a line, with `json.dumps` without `indent`',
  },
  'more-behind': {
    level: 'error',
    says: 'something behind the value on its line: what reads line by line refuses it',
    fix: 'one row a line',
  },
  'not-an-object': { level: 'error', says: 'a row that is no object: it has no columns', fix: 'write each row as an object' },
  'empty-line': { level: 'warning', says: 'an empty line: jsonlines refuses it', fix: 'take it out' },
  'duplicate-key': {
    level: 'error',
    says: 'a key twice in one object: datasets refuses the file, json keeps the last one',
    fix: 'give each value its own name',
  },
  surrogate: {
    level: 'error',
    says: 'half of a surrogate pair: datasets refuses the file, pandas drops it without a word',
    fix: 'clean the text with `text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")`',
  },
  'number-range': {
    level: 'error',
    says: 'a number beyond a double, as 1e400: datasets refuses the file, json reads infinity',
    fix: 'write a number, or null',
  },
  'not-a-number': {
    level: 'warning',
    says: '`NaN` or `Infinity`: only Python reads it',
    fix: 'write null, or `allow_nan=False` in `json.dumps`',
  },
  'large-integer': {
    level: 'warning',
    says: 'an integer beyond 64 bits: datasets makes a double of the column and loses digits',
    fix: 'write it as text',
  },
  'too-deep': { level: 'error', says: 'nested more than 900 deep: json of Python raises RecursionError', fix: 'write it flat' },
  'no-rows': {
    level: 'error',
    says: 'no rows: datasets raises, or a training has nothing of a Parquet file',
    fix: 'write it again, or move it elsewhere',
  },
  'no-columns': { level: 'error', says: 'only empty objects: datasets makes no rows of them', fix: 'write it again' },
  'mixed-types': {
    level: 'error',
    says: 'values of two types in one column: datasets refuses the file',
    fix: 'give the column one type',
  },
  'block-types': {
    level: 'error',
    says: 'a column of another type than in the first ten megabytes: datasets refuses the file, and would not in another order',
    fix: 'give each row every column, and each column one type',
  },
  'block-columns': {
    level: 'error',
    says: 'other columns than in the first ten megabytes: datasets refuses the file, and would not in another order',
    fix: 'give each row every column',
  },
  'file-types': {
    level: 'warning',
    says: 'another form than the first file of its split: `load_dataset` takes either, and not both together',
    fix: 'give each file the same columns, or load them apart',
  },
  dates: {
    level: 'error',
    says: 'every text of the column is a date: datasets makes timestamps, and 2024-03-01 is trained as 2024-03-01 00:00:00',
    fix: 'write a word next to the date, or load with `features=`',
  },
} as const satisfies Record<string, Kind>;

export type FormKind = keyof typeof formKinds;
