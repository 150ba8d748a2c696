import type { Row } from './table';

/** One file of the folder above: what is measured, and how. */
export interface Benchmark {
  title: string;
  /** One paragraph: what is compared with what, on which data. */
  about: string;
  /** Only a part was asked for: docs/PERFORMANCE.md stays as it is. */
  isTrial?: boolean;
  run(): Promise<Row[]>;
}
