import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { stampOn } from '../../hub/store/stamps';
import { fileFingerprint, sameFingerprint } from '../../platform/hashing';
import type { Expectation, Expected } from './expected';
import type { ScanResult } from './fault';
import { readHashCache } from './hash-cache';
import type { CheckpointProblem, FileReport } from './problems';

/** A file that is wrong by itself: the commit has it just so, by its `hash`, or it has the commit's `size`, and its hash is not known. */
export type Sameness = 'hash' | 'size';

const wrongByItself: readonly CheckpointProblem[] = [
  'bad-header',
  'bad-layout',
  'truncated',
  'oversized',
  'pickle',
  'pointer',
  'not-safetensors',
];

/**
 * Which of the files that no library loads are no damage of this folder: a download would bring the same again.
 * @param right files whose bytes were hashed just now, and are the commit's
 */
export function ofTheCommit(
  context: Context,
  folder: string,
  { expected }: Expectation,
  { faults, sizes }: ScanResult,
  right: ReadonlySet<string> | undefined,
): Map<string, Sameness> {
  const suspects = expected.filter(({ path: file }) => wrongByItself.includes(faults.get(file)?.problem ?? 'missing'));
  const found = new Map<string, Sameness>();
  if (suspects.length === 0) return found;
  const known = right ? undefined : readHashCache(context, folder);
  for (const file of suspects) {
    if (right ? right.has(file.path) : isKnownRight(file)) found.set(file.path, 'hash');
    else if (!right && file.size !== undefined && sizes.get(file.path) === file.size) found.set(file.path, 'size');
  }
  return found;

  function isKnownRight({ path: file, hash }: Expected): boolean {
    if (!hash) return false;
    if (stampOn(context, folder, file)?.hash === hash.hex) return true;
    const [stat, before] = [context.host.files.exactStat(path.join(folder, file)), known?.get(file)];
    return stat !== undefined && before?.hex === hash.hex && sameFingerprint(before, fileFingerprint(stat));
  }
}

/** What helps where the repository itself has a file wrong. */
export const otherRepository = (repo: string | undefined): string =>
  `\`npx just model:download --model=${repo ?? 'OWNER/NAME'}@REVISION\` with another revision, or another repository: this one has the file so, and every download brings the same`;

/** The cure of one such file. @param repair the command that fetches again what is wrong */
export const cureOf = (sameness: Sameness, repo: string | undefined, repair: string): string =>
  sameness === 'hash' ? otherRepository(repo) : `\`${repair}\`; if it is wrong then too: ${otherRepository(repo)}`;

/** One cure for all that is bad: what the folder has wrong is fetched again, what the repository has wrong is not. */
export function cureOfAll(
  bad: readonly FileReport[],
  same: ReadonlyMap<string, Sameness>,
  repo: string | undefined,
  repair: string,
): string {
  if (bad.every(({ problem = '' }) => ['bad-config', 'bad-names'].includes(problem)))
    return [...new Set(bad.map(({ fix }) => fix))].reverse().join('\nor ');
  const kinds = bad.map(({ path }) => same.get(path));
  if (kinds.every((kind) => kind === 'hash')) return otherRepository(repo);
  if (kinds.every((kind) => kind === undefined)) return `\`${repair}\``;
  return cureOf('size', repo, repair);
}
