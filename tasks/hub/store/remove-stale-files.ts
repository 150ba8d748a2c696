import { removeBlockHashes } from './block-hashes';
import { metadataText, removeMetadata } from './metadata';
import type { RecordKeeper } from './own';
import { removeStamp, stampedHash } from './stamps';

/**
 * What another commit had and this one has not: only what we brought, and what nobody has touched since.
 * @param wanted what this commit has
 */
export function staleFiles(here: RecordKeeper, folder: string, commit: string, wanted: readonly { path: string }[]): string[] {
  const kept = new Set(wanted.map((file) => file.path));
  return metadataText(here.host, folder)
    .filter(({ path: name, known }) => known.commit !== commit && !kept.has(name) && stampedHash(here, folder, name) === known.etag)
    .map(({ path: name }) => name);
}

/** Takes it away: transformers would read a `model.safetensors` of before rather than the shards of now. */
export function removeStaleFiles(here: RecordKeeper, folder: string, commit: string, wanted: readonly { path: string }[]): void {
  const { host } = here;
  for (const name of staleFiles(here, folder, commit, wanted)) {
    host.shared.remove(folder, name);
    removeMetadata(host, folder, name);
    removeStamp(here, folder, name);
    removeBlockHashes(here, folder, name);
  }
}
