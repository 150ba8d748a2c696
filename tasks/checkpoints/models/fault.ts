import type { Header } from '../safetensors/header';
import type { CheckpointProblem } from './problems';

/** A fault before it has its command. */
export interface CheckpointFault {
  problem: CheckpointProblem;
  message: string;
}

/** What a quick look found: sizes, headers, the index and the JSON files; no byte of a tensor is read. */
export interface ScanResult {
  faults: Map<string, CheckpointFault>;
  warnings: string[];
  /** The safetensors files that could be read. */
  headers: Map<string, Header>;
  /** Bytes on disk of what is expected, by path; a file that is not there is not in it. */
  sizes: Map<string, number>;
}
