import type { CheckpointFault } from '../models/fault';

/** What is wrong with one file of an adapter, with what helps; where nothing is said, it has to come anew. */
export interface AdapterFault extends CheckpointFault {
  fix?: string;
}

/** What a look at a part of an adapter found: what is wrong with each of the two files, and what is only to be told. */
export interface AdapterFindings {
  config: AdapterFault[];
  weights: AdapterFault[];
  warnings: string[];
}

export const noFindings = (): AdapterFindings => ({ config: [], weights: [], warnings: [] });

/** Several in one, in their order. */
export const joined = (...all: readonly AdapterFindings[]): AdapterFindings => ({
  config: all.flatMap(({ config }) => config),
  weights: all.flatMap(({ weights }) => weights),
  warnings: all.flatMap(({ warnings }) => warnings),
});
