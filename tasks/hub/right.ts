import type { Stats } from 'node:fs';
import type { Context } from '../core/context';
import { hashFiles } from '../core/host/hashing';
import type { Progress } from '../core/step';
import type { SizedFile } from './job';
import { hashOf } from './tree';

/**
 * Hashes files that are on this machine, on all cores.
 * @param files each with its absolute place
 * @param text what the progress says: `checking what is there:`
 * @returns the paths of those that hold the bytes of the commit, each with what it was like before it was read
 * @throws Interrupted
 */
export async function rightOf(
  { host }: Context,
  files: readonly { file: SizedFile; place: string }[],
  text: string,
  progress: (progress: Progress) => void,
): Promise<Map<string, Stats>> {
  const before = files.map(({ place }) => host.files.stat(place));
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
    files.flatMap(({ file }, index): [string, Stats][] => {
      const { hex, stamp } = hashed[index] ?? { hex: undefined, stamp: undefined };
      const stat = before[index];
      return stat && stamp && hex === hashOf(file).hex ? [[file.path, stat]] : [];
    }),
  );
}
