import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { type FileFingerprint, hashFiles, settledMs } from '../../platform/hashing';
import { hashOf } from '../model/hub-file';
import type { SizedFile } from '../transfer/file-download';

export interface HashedLocalFiles {
  /** What the file was like while it was read, where it holds the bytes of the commit. */
  right: FileFingerprint | undefined;
  marks: readonly string[];
}

/**
 * Hashes files that are on this machine, on all cores.
 * @param files each with its absolute place
 * @param text what the progress says: `checking what is there:`
 * @returns what was read of each, by its path
 * @throws Interrupted
 */
export async function hashLocalFiles(
  { host }: Context,
  files: readonly { file: SizedFile; place: string }[],
  text: string,
  progress: (progress: Progress) => void,
): Promise<Map<string, HashedLocalFiles>> {
  // One that was changed just now could change again without a new time.
  const youngest = Math.max(0, ...files.map(({ place }) => host.files.stat(place)?.ctimeMs ?? 0));
  const settlesIn = youngest + settledMs - host.now().getTime();
  if (settlesIn > 0) await host.sleep(Math.min(settlesIn, settledMs));
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const jobs = files.map(({ file, place }) => ({
    file: place,
    algorithm: hashOf(file).algorithm === 'sha256' ? ('sha256' as const) : ('git-sha1' as const),
    bytes: file.size,
  }));
  const hashed = await hashFiles(jobs, {
    signal: host.processes.signal,
    onBytes: (doneBytes) => progress({ text, doneBytes, totalBytes }),
  });
  return new Map(
    files.map(({ file }, index): [string, HashedLocalFiles] => {
      const { hex, stamp, marks } = hashed[index] ?? { hex: undefined, stamp: undefined, marks: [] };
      return [file.path, { right: hex === hashOf(file).hex ? stamp : undefined, marks }];
    }),
  );
}
