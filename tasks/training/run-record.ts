import * as path from 'node:path';
import { outgoingValue } from '../common/outgoing';
import type { Inputs } from '../engine/state';
import type { Host } from '../platform';
import type { Settings } from '../settings/schema/definition';
import { type Fields, fieldsOf } from '../untrusted/json';
import { isFacts, type TrainingFacts } from './facts';

/** The file beside an adapter that says what it was made of. */
export const runName = 'run.json';

/** What was trained with what. */
export interface RunRecord {
  format: 1;
  name: string;
  finishedAt: string;
  model: { name: string; repo: string | null; commit: string | null };
  data: { file: string; split: string; bytes: number; sha256: string }[];
  settings: Settings['training'];
  /** The commit of the project, where it has one, and whether files that git tracks differed from it. */
  git: { commit: string; changed: boolean } | null;
  /** SHA-256 of the training script with what it imports. */
  script: string;
  /** What another training is compared with. */
  inputs: Inputs;
  result: TrainingFacts;
}

/** Mode of what travels with an adapter, though it is written in the state folder, whose files are for their owner alone. */
export const forEverybody = 0o666;

/** Of an adapter that `train` made; `undefined` of one that somebody else did. */
export function readRunRecord(host: Host, folder: string): RunRecord | undefined {
  const record = runFields(host, folder);
  return record && isFacts(record['result']) ? (record as unknown as RunRecord) : undefined;
}

/** The same as anybody may have written it: what is in it may be anything. */
export function runFields({ files }: Host, folder: string): Fields | undefined {
  const record = fieldsOf(files.readJson(path.join(folder, runName)));
  return record?.['format'] === 1 && fieldsOf(record['inputs']) && fieldsOf(record['result']) ? record : undefined;
}

/** Writes it, without what is secret in the samples. */
export function writeRunRecord({ files }: Host, folder: string, record: RunRecord): void {
  files.writeText(path.join(folder, runName), `${JSON.stringify(outgoingValue(record), null, 2)}\n`, true, forEverybody);
}
