import { execFile } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { type Hub, startHub } from '../../tests/hub/server';
import { pythonWith } from '../../tests/support/python';

export const repo = 'bench/model';
/** One shard of it alone. */
export const smallRepo = 'bench/one';
export const shardCount = 8;
export const shardBytes = 268_435_456;
export const shards = Array.from({ length: shardCount }, (_, index) => `model-0000${index + 1}-of-0000${shardCount}.safetensors`);

/** Random bytes as one tensor of a shard (safetensors: the length of the header, the header, the bytes). */
function shardOf(tensor: string): Buffer {
  const bytes = randomFillSync(Buffer.allocUnsafe(shardBytes));
  const text = (end: number) => JSON.stringify({ [tensor]: { dtype: 'U8', shape: [end], data_offsets: [0, end] } });
  const header = text(shardBytes - 8 - text(shardBytes).length);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  return bytes;
}

/** A Hub on loopback that has 2.15 GB in 8 shards. */
export async function hubWithModel(folder: string): Promise<Hub> {
  const hub = await startHub();
  const files: Record<string, string | { file: string; sha256: string }> = { 'config.json': '{"model_type": "llama"}' };
  for (const name of shards) {
    const file = path.join(folder, name);
    const bytes = shardOf(name);
    fs.writeFileSync(file, bytes);
    files[name] = { file, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
  files['model.safetensors.index.json'] = JSON.stringify({
    metadata: { total_size: shardCount * shardBytes },
    weight_map: Object.fromEntries(shards.map((name) => [name, name])),
  });
  hub.add(repo, files);
  const [first = ''] = shards;
  hub.add(smallRepo, { 'config.json': '{"model_type": "llama"}', 'model.safetensors': files[first] ?? '' });
  return hub;
}

export interface Usage {
  seconds: number;
  cpuSeconds: number;
  peakBytes: number;
}

/** Runs a whole process to its end. @throws Error with its last output where it fails */
export async function usageOf(command: string, args: readonly string[], env: Record<string, string>, cwd: string): Promise<Usage> {
  const { stdout } = await promisify(execFile)(pythonWith(), [path.join(__dirname, 'usage.py'), command, ...args], {
    env,
    cwd,
    maxBuffer: 10_000_000,
  });
  return JSON.parse(stdout) as Usage;
}
