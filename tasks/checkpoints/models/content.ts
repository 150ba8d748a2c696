import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { stampOn } from '../../hub/store/stamps';
import { fileFingerprint, hashFiles, sameFingerprint, settledMs } from '../../platform/hashing';
import type { Expectation, Expected } from './expected';
import type { ScanResult } from './fault';
import { isFixed } from './fix/fixed';
import { type KnownHash, readHashCache, writeHashCache } from './hash-cache';
import { hashFault } from './sidecar-files';

/**
 * Compares every byte with what was recorded, and adds what is wrong to `looked`. A hash of before counts
 * where the file's size, times and inode are the same still.
 * @returns the bytes that were read now and those that a stamp vouched for; the files whose hash is the recorded one
 */
export async function compareContent(
  context: Context,
  folder: string,
  { expected }: Expectation,
  { faults, sizes }: ScanResult,
  { remember, onProgress }: { remember: boolean; onProgress: (progress: Progress) => void },
): Promise<{ readBytes: number; knownBytes: number; right: Set<string> }> {
  const { host } = context;
  const isUnread = ({ path: name, size }: Expected): boolean => {
    const problem = faults.get(name)?.problem ?? '';
    // One of the recorded size is cut by what its own header says: the commit may have it so.
    return problem === 'unreadable' || (['truncated', 'oversized'].includes(problem) && sizes.get(name) !== size);
  };
  const present = expected.filter((file) => sizes.has(file.path) && !isFixed(host, folder, file) && !isUnread(file));
  const known = readHashCache(context, folder);
  const fresh = present.filter((file) => !stillKnown(file));
  const began = host.now().getTime();
  const hashed = await hashFiles(
    fresh.map((file) => ({ file: path.join(folder, file.path), algorithm: algorithmOf(file), bytes: sizes.get(file.path) ?? 0 })),
    {
      signal: host.processes.signal,
      onBytes: (doneBytes) => onProgress({ text: 'hashing', doneBytes, totalBytes: sum(fresh) }),
    },
  );
  for (const [index, file] of fresh.entries()) {
    const { hex, error, stamp } = hashed[index] ?? { hex: undefined, stamp: undefined };
    known.delete(file.path);
    if (hex === undefined) faults.set(file.path, { problem: 'unreadable', message: `cannot be read: ${error}` });
    else if (!stamp) faults.set(file.path, { problem: 'wrong-hash', message: 'was written to while it was read' });
    else known.set(file.path, { ...stamp, algorithm: algorithmOf(file), hex });
  }
  judge(present, known, faults);
  if (remember && fresh.length > 0) writeHashCache(context, folder, settled(known, began));
  const right = new Set(present.filter(({ path: name, hash }) => hash && known.get(name)?.hex === hash.hex).map(({ path: name }) => name));
  return { readBytes: sum(fresh), knownBytes: sum(present) - sum(fresh), right };

  function stillKnown(file: Expected): boolean {
    const stat = host.files.exactStat(path.join(folder, file.path));
    if (!stat) return false;
    const [stamp, algorithm] = [fileFingerprint(stat), algorithmOf(file)];
    // The download hashed what it brought, and has stamped it.
    const brought = stampOn(context, folder, file.path);
    if (file.hash && brought?.hash === file.hash.hex) {
      const { size, mtime, ctime, inode, hash } = brought;
      known.set(file.path, { size, mtime, ctime, inode, algorithm, hex: hash });
      return true;
    }
    const before = known.get(file.path);
    return before?.algorithm === algorithm && sameFingerprint(before, stamp) && (!file.hash || file.hash.hex === before.hex);
  }
  function sum(files: readonly Expected[]): number {
    return files.reduce((bytes, file) => bytes + (sizes.get(file.path) ?? 0), 0);
  }
}

const algorithmOf = ({ hash }: Expected): KnownHash['algorithm'] => hash?.algorithm ?? 'sha256';

function judge(present: readonly Expected[], known: ReadonlyMap<string, KnownHash>, faults: ScanResult['faults']): void {
  for (const { path: name, hash } of present) {
    const found = known.get(name)?.hex;
    if (!hash || found === undefined || found === hash.hex) continue;
    const owner = present.find((other) => other.hash?.hex === found);
    const before = faults.get(name)?.problem;
    if (owner) faults.set(name, { problem: 'swapped', message: `holds what belongs to \`${owner.path}\`` });
    else if (!before || before === 'wrong-hash') faults.set(name, hashFault(hash, found));
  }
}

function settled(known: ReadonlyMap<string, KnownHash>, beganMs: number): Map<string, KnownHash> {
  return new Map([...known].filter(([, { ctime }]) => Number(BigInt(ctime) / 1_000_000n) < beganMs - settledMs));
}
