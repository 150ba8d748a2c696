import type { Kind } from '../form/kinds';

/** What a folder of rows has that its files alone do not tell. */
export const folderKinds = {
  'nothing-to-train': {
    level: 'error',
    says: 'every file of rows is for validation or tests, by its name: there is nothing to train on',
    fix: 'write the rows to train on to a file whose name has neither word, such as `train.jsonl`',
  },
  'broken-link': {
    level: 'error',
    says: 'a link that leads nowhere: what it stands for is not trained on, and not pushed',
    fix: 'bring back what the link leads to (a disk that is not mounted?), or take the link away',
  },
  'other-format': {
    level: 'warning',
    says: 'no file of rows, by its name or by what it is: it is not trained on',
    fix: 'write it as JSONL or Parquet, or move it to `data/raw`',
  },
} as const satisfies Record<string, Kind>;
