import { fieldsOf } from '../../untrusted/json';
import { modelFileFault } from '../../untrusted/names';
import { parsePythonJson, tryParsePython } from '../../untrusted/python-json';
import { oneLine } from '../../untrusted/text';
import type { Header } from './header';

/** The name that transformers gives to the index of a model in several files. */
export const indexName = 'model.safetensors.index.json';

/** Which shard holds which tensor. */
export interface ShardIndex {
  /** Tensor → shard, as written, without a leading `./`. */
  weightMap: ReadonlyMap<string, string>;
  /** In the order of their first mention. */
  shards: readonly string[];
  /** Bytes of all tensors together, where the index tells. */
  totalBytes: number | undefined;
  /** Every version of transformers needs `metadata`, whatever it holds. */
  hasMetadata: boolean;
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
  // Nothing reads it but to tell a person: whatever else stands there hinders nobody.
  const totalBytes = Number.isSafeInteger(total) && (total as number) >= 0 ? (total as number) : undefined;
  return { weightMap, shards: [...new Set(weightMap.values())], totalBytes, hasMetadata: metadata !== undefined };
}

/** The files that an index names, in the order of their first mention; `undefined` where there is none that can be read. */
export function shardsOf(text: string | undefined): readonly string[] | undefined {
  try {
    return [...new Set(weightMapOf(fieldsOf(tryParsePython(text))?.weight_map).values())];
  } catch {
    return undefined;
  }
}

function weightMapOf(value: unknown): Map<string, string> {
  const map = new Map<string, string>();
  // An index may name a hundred thousand tensors, and few files.
  const right = new Set<string>();
  for (const [tensor, written] of Object.entries(objectOf(value, '`weight_map`')) as [string, unknown][]) {
    if (typeof written !== 'string' || written === '') throw new IndexFault('bad-index', `tensor \`${tensor}\` has no file name`);
    // transformers joins it to the folder: `./` says nothing.
    const shard = written.replace(/^(?:\.\/+)+/, '');
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

/** What an index and its shards say of each other. */
export interface IndexCheck {
  faults: IndexFault[];
  /** What is wrong in it and hinders no transformers: words that follow its name. */
  notes: string[];
}

/**
 * Compares an index with its shards, as far as transformers does (4.36 to 5.24, tried with each): it loads every tensor of the
 * files that are named, whichever of them a tensor is said to be in; what an index does not name at all, 4.57 initialises anew,
 * and one without `metadata` none of them reads.
 * @param headers shards that could be read; the sum is judged only where all are
 */
export function checkIndex(index: ShardIndex, headers: ReadonlyMap<string, Header>): IndexCheck {
  const faults: IndexFault[] = [];
  const notes: string[] = [];
  const all = index.shards.every((shard) => headers.has(shard));
  const elsewhere = (tensor: string) => index.shards.find((shard) => headers.get(shard)?.tensors.has(tensor));
  const stray = [...index.weightMap].filter(([tensor, shard]) => headers.has(shard) && !headers.get(shard)?.tensors.has(tensor));
  const [lost] = stray.filter(([tensor]) => elsewhere(tensor) === undefined);
  const [moved] = stray;
  const more = stray.length > 1 ? `, nor ${stray.length - 1} more where it says` : '';
  if (lost) faults.push(new IndexFault('index-tensor', `names tensor \`${lost[0]}\`, which is not in \`${lost[1]}\`${more}`));
  else if (moved) notes.push(`names tensor \`${moved[0]}\` in \`${moved[1]}\`, it is in \`${elsewhere(moved[0])}\`${more}`);
  const unnamed = index.shards.flatMap((shard) =>
    [...(headers.get(shard)?.tensors.keys() ?? [])].filter((name) => !index.weightMap.has(name)),
  );
  if (unnamed[0] !== undefined && !lost)
    faults.push(
      new IndexFault('index-tensor', `does not name \`${unnamed[0]}\`, which is in its shards: transformers 4.57 gives it random values`),
    );
  if (!index.hasMetadata) faults.push(new IndexFault('bad-index', 'has no `metadata`: transformers refuses it'));
  const sum = index.shards.reduce((bytes, shard) => bytes + (headers.get(shard)?.dataBytes ?? 0), 0);
  if (index.totalBytes !== undefined && all && sum !== index.totalBytes)
    faults.push(new IndexFault('index-total', `says ${index.totalBytes} bytes of tensors, the shards hold ${sum}`));
  return { faults, notes };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return parsePythonJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)).value;
  } catch (error) {
    throw new IndexFault('bad-index', `is not JSON: ${oneLine((error as Error).message, 200)}`);
  }
}

function objectOf(value: unknown, what: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new IndexFault('bad-index', `${what} is not a JSON object`);
  return value;
}
