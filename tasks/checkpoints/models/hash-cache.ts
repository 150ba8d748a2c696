import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import type { Algorithm, FileFingerprint } from '../../platform/hashing';
import { fieldsOf } from '../../untrusted/json';

/** A hash that was computed, and what its file was like then: worth nothing once any of it differs. */
export interface KnownHash extends FileFingerprint {
  algorithm: Algorithm;
  hex: string;
}

/** The hashes of one folder's files, by path in it. They lie in the project, so that a model may be read-only. */
export function readHashCache({ host, root }: Context, folder: string): Map<string, KnownHash> {
  const known = fieldsOf(fieldsOf(host.files.readJson(fileOf(root, folder)))?.files) ?? {};
  return new Map(Object.entries(known as Record<string, KnownHash>));
}

/** Written whole, after the hashing. One that is cut by a power failure cannot be read, and counts as none; so does one that cannot be written. */
export function writeHashCache({ host, root }: Context, folder: string, known: ReadonlyMap<string, KnownHash>): void {
  try {
    makeStateFolder(host, root);
    host.files.writeText(fileOf(root, folder), `${JSON.stringify({ folder, files: Object.fromEntries(known) }, null, 1)}\n`, false);
  } catch {
    // A full disk, or a project that is read-only: the next look hashes again.
  }
}

const fileOf = (root: string, folder: string): string => statePath(root, 'hashes', `${sha256(folder).slice(0, 16)}.json`);
