import * as path from 'node:path';
import type { Host } from '../../platform';
import { checkIndex, IndexFault, indexName, parseIndex, type ShardIndex } from '../safetensors/index';
import type { Expectation } from './expected';
import type { ScanResult } from './fault';
import { hashContent } from './sidecar-files';

/** Judges the index against the recorded tree and the headers of its shards; what is wrong is added to `looked`. */
export function indexFaults(
  host: Host,
  folder: string,
  { tree, whole, expected }: Expectation,
  { headers, faults, warnings }: ScanResult,
): void {
  const file = path.join(folder, indexName);
  const content = host.files.readPart(file, 0, host.files.stat(file)?.size ?? 0);
  let index: ShardIndex;
  try {
    index = parseIndex(content);
  } catch (error) {
    if (!(error instanceof IndexFault)) throw error;
    // A cut file is told as cut; any other way to be wrong says more than its hash.
    if (error.problem !== 'bad-index' || faults.get(indexName)?.problem !== 'truncated')
      faults.set(indexName, { problem: error.problem, message: error.message });
    return;
  }
  const strange = whole ? index.shards.find((shard) => !tree?.all.some((one) => one.path === shard)) : undefined;
  if (strange !== undefined)
    faults.set(indexName, { problem: 'index-unknown-shard', message: `names \`${strange}\`, which is not in the recorded tree` });
  const swaps = swapped(index, headers);
  const isSwapped = [...swaps.keys()].some((shard) => expected.find(({ path: name }) => name === shard)?.hash !== undefined);
  for (const [shard, owner] of swaps)
    if (isSwapped) faults.set(shard, { problem: 'swapped', message: `holds the tensors of \`${owner}\`` });
  const checked = isSwapped ? { faults: [], notes: [] } : checkIndex(index, headers);
  const recorded = expected.find((one) => one.path === indexName)?.hash;
  const isRecorded = recorded !== undefined && hashContent(content, recorded) === recorded.hex;
  for (const note of checked.notes) warnings.push(`\`${indexName}\` ${note}; transformers loads it all the same`);
  for (const { problem, message } of checked.faults) {
    // A sum is read by nobody but a person. The repository's own index may be wrong: a download would bring the same again.
    if (problem === 'index-total' && !recorded) warnings.push(`\`${indexName}\` ${message}; transformers loads it all the same`);
    else if (isRecorded && (problem === 'index-total' || message.startsWith('does not name')))
      warnings.push(`\`${indexName}\` ${message}, as in the repository`);
    else if (strange === undefined) faults.set(indexName, { problem, message });
  }
}

/** Shards that hold exactly what the index gives to another one: shard → whose tensors they are. */
function swapped(index: ShardIndex, headers: ScanResult['headers']): Map<string, string> {
  const owners = new Map<string, string>();
  const assigned = new Map<string, number>();
  for (const shard of index.weightMap.values()) assigned.set(shard, (assigned.get(shard) ?? 0) + 1);
  for (const [shard, header] of headers) {
    const given = [...header.tensors.keys()].map((name) => index.weightMap.get(name));
    const [owner] = given;
    if (owner && owner !== shard && given.length === assigned.get(owner) && given.every((name) => name === owner)) owners.set(shard, owner);
  }
  return owners;
}
