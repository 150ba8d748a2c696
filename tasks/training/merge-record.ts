import * as path from 'node:path';
import type { Context } from '../engine/context';
import type { Inputs } from '../engine/state';
import { readModelRecord } from '../hub/store/model-record';
import type { Host } from '../platform';
import { hashFiles } from '../platform/hashing';
import { fieldsOf } from '../untrusted/json';
import { modelFingerprint } from './inputs';

/** What a merged model is made of. */
export interface MergeInputs {
  /** The adapter's folder, and that of its base. */
  adapter: string;
  base: string;
  /** Of the base's weights: the merged model has as many. */
  baseBytes: number;
  repo: string | null;
  compared: Inputs;
}

/** What tasks/training/merge.py tells. */
export interface MergeFacts {
  /** Type of the weights, as the base has them. */
  dtype: string;
  /** How far its logits are from those of base and adapter together, as a part of the largest. */
  logitsDifference: number;
  /** The same of the base alone: 0 where the adapter does nothing. */
  adapterDifference: number;
  versions: Record<string, string | null>;
}

/** `merge.json` in the folder of a merged model. */
export interface MergeRecord {
  format: 1;
  finishedAt: string;
  base: { name: string; repo: string | null };
  adapter: { name: string };
  inputs: Inputs;
  result: MergeFacts;
}

export const mergeRecordName = 'merge.json';

/** Of a model that `train:merge` made; `undefined` of any other. */
export function readMergeRecord({ files }: Host, folder: string): MergeRecord | undefined {
  const record = fieldsOf(files.readJson(path.join(folder, mergeRecordName))) as MergeRecord | undefined;
  const isOurs =
    record?.format === 1 && fieldsOf(record.inputs) && fieldsOf(record.result) && fieldsOf(record.base) && fieldsOf(record.adapter);
  return isOurs ? record : undefined;
}

/** Looks at both, and hashes the adapter. @param base the folder of the base model */
export async function mergeInputsOf(context: Context, adapter: { folder: string }, base: string): Promise<MergeInputs> {
  const { host } = context;
  const record = readModelRecord(host, base);
  const names = ['adapter_config.json', 'adapter_model.safetensors'];
  const files = names.map((name) => path.join(adapter.folder, name)).filter((file) => host.files.stat(file));
  const hashes = await hashFiles(
    files.map((file) => ({ file, algorithm: 'sha256' as const, bytes: host.files.stat(file)?.size ?? 0 })),
    { signal: host.processes.signal },
  );
  const sizes = host.files
    .list(base)
    .map((name) => (name.endsWith('.safetensors') ? (host.files.stat(path.join(base, name))?.size ?? 0) : 0));
  return {
    adapter: adapter.folder,
    base,
    baseBytes: sizes.reduce((sum, size) => sum + size, 0),
    repo: record?.repo ?? null,
    compared: {
      'the base model': record ? `${record.repo}@${record.commit}` : modelFingerprint(context, base),
      ...Object.fromEntries(files.map((file, at) => [`\`${path.basename(file)}\``, hashes[at]?.hex ?? 'unreadable'])),
    },
  };
}
