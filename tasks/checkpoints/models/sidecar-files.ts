import { createHash } from 'node:crypto';
import type { Host } from '../../platform';
import { indexName } from '../safetensors/index';
import type { Expected, ExpectedHash } from './expected';
import type { CheckpointFault } from './fault';

/** Files up to this size are hashed even in a quick look: JSON, not weights. */
const smallBytes = 1_000_000;

/** A file beside the weights: that JSON is JSON, and the hash of what is small. */
export function sidecarFault(host: Host, absolute: string, size: number, { path, hash }: Expected): CheckpointFault | undefined {
  const json = path.endsWith('.json');
  const hashed = hash !== undefined && size <= smallBytes;
  if (!json && !hashed) return undefined;
  const content = host.files.readPart(absolute, 0, size);
  const wrong = json && path !== indexName ? jsonFault(content, path) : undefined;
  if (wrong || !hashed) return wrong;
  const found = hashContent(content, hash);
  return found === hash.hex ? undefined : hashFault(hash, found);
}

function jsonFault(content: Buffer, path: string): CheckpointFault | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content));
    if (path !== 'config.json' || (typeof value === 'object' && value !== null && !Array.isArray(value))) return undefined;
    return { problem: 'bad-json', message: 'is not a JSON object' };
  } catch (error) {
    return { problem: 'bad-json', message: `is not JSON: ${(error as Error).message}` };
  }
}

export function hashContent(content: Buffer, { algorithm }: ExpectedHash): string {
  if (algorithm === 'sha256') return createHash('sha256').update(content).digest('hex');
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

export const hashFault = ({ algorithm, hex }: ExpectedHash, found: string): CheckpointFault => ({
  problem: 'wrong-hash',
  message: `holds other bytes: ${algorithm} ${found}, ${hex} was recorded`,
});
