import * as path from 'node:path';
import type { Host } from '../../platform';
import { removeMarks } from './block-hashes';
import { metadataFile } from './layout';
import { metadataOf } from './recorded-tree';
import { removeStamp, stampedHash } from './stamps';

/**
 * Takes away what another commit had and this one has not: transformers would read a `model.safetensors` of before
 * rather than the shards of now. Only what we brought, and what nobody has touched since.
 */
export function retire(host: Host, folder: string, commit: string, wanted: readonly { path: string }[]): void {
  const kept = new Set(wanted.map((file) => file.path));
  for (const { path: name, known } of metadataOf(host, folder)) {
    if (known.commit === commit || kept.has(name) || stampedHash(host, folder, name) !== known.etag) continue;
    host.files.remove(path.join(folder, name));
    host.files.remove(metadataFile(folder, name));
    removeStamp(host, folder, name);
    removeMarks(host, folder, name);
  }
}
