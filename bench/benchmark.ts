import type { Row } from './table';

/** One file of this folder: what is measured, and how. */
export interface Benchmark {
  title: string;
  /** One paragraph: what is compared with what, on which data. */
  about: string;
  run(): Promise<Row[]>;
}
