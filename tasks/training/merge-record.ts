import * as path from 'node:path';
import type { BaseModel } from '../checkpoints/adapters/base/base-model';
import { findWeights, shardsIn } from '../checkpoints/folder/weights';
import { usageError } from '../common/errors';
import type { Context } from '../engine/context';
import type { Inputs } from '../engine/state';
import type { Host } from '../platform';
import { hashFiles } from '../platform/hashing';
import { fieldsOf } from '../untrusted/json';
import { modelText, sourceOf } from './base-source';

/** What a merged model is made of. */
export interface MergeInputs {
  /** The adapter's folder, and that of its base. */
  adapter: string;
  base: string;
  /** Of the weights that are written, and of the same in float32, which is how they are in memory. */
  mergedBytes: number;
  memoryBytes: number;
  repo: string | null;
  /** Type of the weights that is asked for; null for that of the base. */
  dtype: MergedType | null;
  compared: Inputs;
}

/** What tasks/training/merge.py tells. */
export interface MergeFacts {
  /** Type of the weights, as the base has them. */
  dtype: string;
  /** How far its logits are from those of base and adapter together, as a part of the largest. */
  logitsDifference: number;
  /** The same of the base alone: 0 where the adapter does nothing. Where it is not much more, rounding has taken what was learned. */
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

const typeBytes = { float32: 4, bfloat16: 2, float16: 2 } as const;
type MergedType = keyof typeof typeBytes;
const isType = (value: unknown): value is MergedType => typeof value === 'string' && Object.hasOwn(typeBytes, value);

/** `--dtype`; null without it. @throws UserError E_USAGE */
export function askedType(context: Context): MergedType | null {
  const asked = context.option('dtype') ?? null;
  if (asked === null || isType(asked)) return asked;
  throw usageError(`\`--dtype=${asked}\` is no type of weights that is written`, `one of ${Object.keys(typeBytes).join(', ')}`);
}

/** Looks at both, and hashes the adapter. */
export async function mergeInputsOf(
  context: Context,
  adapter: { folder: string },
  { folder: base, config }: Pick<BaseModel, 'folder' | 'config'>,
): Promise<MergeInputs> {
  const { host } = context;
  const source = sourceOf(context, base);
  const names = ['adapter_config.json', 'adapter_model.safetensors'];
  const files = names.map((name) => path.join(adapter.folder, name)).filter((file) => host.files.stat(file));
  const hashes = await hashFiles(
    files.map((file) => ({ file, algorithm: 'sha256' as const, bytes: host.files.stat(file)?.size ?? 0 })),
    { signal: host.processes.signal },
  );
  // Beside what is loaded may lie the same weights in the makers' own format.
  const { loaded } = findWeights(host.files.list(base), shardsIn(host, base), { pickles: false });
  const baseBytes = loaded.reduce((sum, name) => sum + (host.files.stat(path.join(base, name))?.size ?? 0), 0);
  const own = config['dtype'] ?? config['torch_dtype'];
  const [dtype, stored] = [askedType(context), isType(own) ? own : 'bfloat16'];
  return {
    adapter: adapter.folder,
    base,
    mergedBytes: baseBytes * (typeBytes[dtype ?? stored] / typeBytes[stored]),
    memoryBytes: baseBytes * (typeBytes.float32 / typeBytes[stored]),
    repo: source?.repo ?? null,
    dtype,
    compared: {
      dtype: dtype ?? 'that of the base',
      'the base model': modelText(context, base, source),
      ...Object.fromEntries(files.map((file, at) => [`\`${path.basename(file)}\``, hashes[at]?.hex ?? 'unreadable'])),
    },
  };
}
