import { hashOfContent } from '../../hub/model/hub-file';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import { parsePythonJson } from '../../untrusted/python-json';
import { oneLine } from '../../untrusted/text';
import { indexName } from '../safetensors/index';
import type { Expected, ExpectedHash } from './expected';
import type { CheckpointFault } from './fault';

/** Files up to this size are hashed even in a quick look: JSON, not weights. */
const smallBytes = 1_000_000;

/** Up to this size a file whose content looks wrong is hashed: where the hash is right, so is the content. */
const hashedInDoubt = 100_000_000;

/** A file beside the weights: that JSON is JSON as Python reads it, and the hash of what is small. A right hash needs no more. */
export function sidecarFault(
  host: Host,
  absolute: string,
  size: number,
  { path, hash }: Expected,
  warnings: string[],
): CheckpointFault | undefined {
  const json = path.endsWith('.json');
  const small = hash !== undefined && size <= smallBytes;
  if (!json && !small) return undefined;
  const content = host.files.readPart(absolute, 0, size);
  const wrong = json && path !== indexName ? jsonFault(content, path, warnings) : undefined;
  if (!hash || !(small || (wrong && size <= hashedInDoubt))) return wrong;
  const found = hashContent(content, hash);
  if (found !== hash.hex) return wrong ?? hashFault(hash, found);
  if (wrong) warnings.push(`\`${path}\` ${wrong.message}, as in the repository`);
  return undefined;
}

function jsonFault(content: Buffer, path: string, warnings: string[]): CheckpointFault | undefined {
  try {
    const { value, constants } = parsePythonJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content));
    if (constants.length > 0)
      warnings.push(`\`${path}\` holds ${constants.map((one) => `\`${one}\``).join(' and ')}, which Python reads and no other JSON reader`);
    if (path !== 'config.json' || fieldsOf(value)) return undefined;
    return { problem: 'bad-json', message: 'is not a JSON object' };
  } catch (error) {
    return { problem: 'bad-json', message: `is not JSON: ${oneLine((error as Error).message, 200)}` };
  }
}

export function hashContent(content: Buffer, { algorithm }: ExpectedHash): string {
  return hashOfContent(content, algorithm === 'sha256' ? 'sha256' : 'sha1');
}

export const hashFault = ({ algorithm, hex }: ExpectedHash, found: string): CheckpointFault => ({
  problem: 'wrong-hash',
  message: `holds other bytes: ${algorithm} ${found}, ${hex} was recorded`,
});
