import { fieldsOf, tryParse } from '../../untrusted/json';
import { modelFileFault } from '../../untrusted/names';
import type { Header } from './header';

/** The name that transformers gives to the index of a model in several files. */
export const indexName = 'model.safetensors.index.json';

/** Which shard holds which tensor. */
export interface ShardIndex {
  /** Tensor → shard, as written. */
  weightMap: ReadonlyMap<string, string>;
  /** In the order of their first mention. */
  shards: readonly string[];
  /** Bytes of all tensors together, where the index tells. */
  totalBytes: number | undefined;
}

export class IndexFault extends Error {
  constructor(
    readonly problem: 'bad-index' | 'index-outside' | 'index-tensor' | 'index-total',
    message: string,
  ) {
    super(message);
  }
}

/** Reads an index as transformers does: `weight_map`, and `metadata.total_size` where it stands there. @throws IndexFault */
export function parseIndex(bytes: Uint8Array): ShardIndex {
  const { weight_map, metadata } = objectOf(jsonOf(bytes), 'it') as { weight_map?: unknown; metadata?: unknown };
  const weightMap = weightMapOf(weight_map);
  const total = metadata === undefined ? undefined : (objectOf(metadata, '`metadata`') as { total_size?: unknown }).total_size;
  if (total !== undefined && !(Number.isSafeInteger(total) && (total as number) >= 0))
    throw new IndexFault('bad-index', '`metadata.total_size` is not a number of bytes');
  return { weightMap, shards: [...new Set(weightMap.values())], totalBytes: total as number | undefined };
}

/** The files that an index names, in the order of their first mention; `undefined` where there is none that can be read. */
export function shardsOf(text: string | undefined): readonly string[] | undefined {
  try {
    return [...new Set(weightMapOf(fieldsOf(tryParse(text))?.weight_map).values())];
  } catch {
    return undefined;
  }
}

function weightMapOf(value: unknown): Map<string, string> {
  const map = new Map<string, string>();
  // An index may name a hundred thousand tensors, and few files.
  const right = new Set<string>();
  for (const [tensor, shard] of Object.entries(objectOf(value, '`weight_map`')) as [string, unknown][]) {
    if (typeof shard !== 'string' || shard === '') throw new IndexFault('bad-index', `tensor \`${tensor}\` has no file name`);
    if (!right.has(shard)) refuseName(shard);
    right.add(shard);
    map.set(tensor, shard);
  }
  if (map.size === 0) throw new IndexFault('bad-index', 'names no tensor');
  return map;
}

function refuseName(shard: string): void {
  const fault = modelFileFault(shard);
  if (fault) throw new IndexFault('index-outside', `names \`${shard}\`, which cannot be a file of a model's folder: it ${fault}`);
  if (!shard.endsWith('.safetensors')) throw new IndexFault('bad-index', `names \`${shard}\`, which is not a safetensors file`);
}

/**
 * Compares an index with its shards: each tensor is in the shard that it names, and they are as large as the index says.
 * @param headers shards that could be read; the sum is judged only where all are
 */
export function checkIndex(index: ShardIndex, headers: ReadonlyMap<string, Header>): IndexFault[] {
  const faults: IndexFault[] = [];
  const stray = [...index.weightMap].filter(([tensor, shard]) => headers.has(shard) && !headers.get(shard)?.tensors.has(tensor));
  const [first] = stray;
  if (first) {
    const more = stray.length > 1 ? `, nor ${stray.length - 1} more where it says` : '';
    faults.push(new IndexFault('index-tensor', `names tensor \`${first[0]}\`, which is not in \`${first[1]}\`${more}`));
  }
  const sum = index.shards.reduce((bytes, shard) => bytes + (headers.get(shard)?.dataBytes ?? Number.NaN), 0);
  if (index.totalBytes !== undefined && !Number.isNaN(sum) && sum !== index.totalBytes)
    faults.push(new IndexFault('index-total', `says ${index.totalBytes} bytes of tensors, the shards hold ${sum}`));
  return faults;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new IndexFault('bad-index', `is not JSON: ${(error as Error).message}`);
  }
}

function objectOf(value: unknown, what: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new IndexFault('bad-index', `${what} is not a JSON object`);
  return value;
}
