import { removeBlockHashes } from './block-hashes';
import { metadataText, removeMetadata } from './metadata';
import type { RecordKeeper } from './own';
import { removeStamp, stampedHash } from './stamps';

/**
 * Takes away what another commit had and this one has not: transformers would read a `model.safetensors` of before
 * rather than the shards of now. Only what we brought, and what nobody has touched since.
 */
export function removeStaleFiles(here: RecordKeeper, folder: string, commit: string, wanted: readonly { path: string }[]): void {
  const { host } = here;
  const kept = new Set(wanted.map((file) => file.path));
  for (const { path: name, known } of metadataText(host, folder)) {
    if (known.commit === commit || kept.has(name) || stampedHash(here, folder, name) !== known.etag) continue;
    host.shared.remove(folder, name);
    removeMetadata(host, folder, name);
    removeStamp(here, folder, name);
    removeBlockHashes(here, folder, name);
  }
}
