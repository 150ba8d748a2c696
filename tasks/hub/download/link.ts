import * as path from 'node:path';
import { plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { fileFingerprint, sameFingerprint } from '../../platform/hashing';
import type { LocalSource } from '../manifest/local-source';
import type { Manifest } from '../manifest/manifest';
import type { Model } from '../model/models';
import { writeVerified } from '../store/deliver';
import { type HashedLocalFiles, hashLocalFiles } from '../store/hash-local-files';
import type { LocalFile } from '../store/local';

/**
 * Puts links in the place of files that are missing: hard ones, or symbolic ones to another disk. Hashed before they
 * get their names: nothing wrong may stand under the name of a model's file, not even for a moment.
 * @returns the files that hold other bytes there, and were not linked
 */
export async function linkVerified(
  context: Context,
  { folder }: Model,
  { commit }: Manifest,
  files: readonly LocalFile[],
  origin: LocalSource,
  progress: (progress: Progress) => void,
): Promise<Set<string>> {
  const { host } = context;
  const missing = files.flatMap(({ file, state }) => {
    const place = origin.place(file);
    const isFree = state !== 'ok' && state !== 'unchecked' && !host.shared.lstat(folder, file.path);
    return place !== undefined && isFree ? [{ file, place: host.files.realPath(place) ?? place }] : [];
  });
  if (missing.length === 0) return new Set();
  const read = await hashLocalFiles(context, missing, `checking ${origin.name}:`, progress);
  for (const { file, place } of missing) {
    const { right, marks } = read.get(file.path) as HashedLocalFiles;
    const before = host.files.exactStat(place);
    if (!right || !before || !sameFingerprint(right, fileFingerprint(before))) continue;
    host.shared.linkFrom(place, folder, file.path);
    // A link changes the time of the file itself: what is remembered is what it is like now.
    const linked = host.files.exactStat(path.join(folder, file.path));
    const now = linked && fileFingerprint(linked);
    if (now && sameFingerprint({ ...now, ctime: right.ctime }, right)) writeVerified(context, folder, commit, file, now, marks);
  }
  const wrong = new Set(missing.map(({ file }) => file.path).filter((name) => !read.get(name)?.right));
  if (wrong.size > 0)
    progress({
      text: `${origin.name} has other bytes than the commit in ${plural(wrong.size, 'file')}: ${some([...wrong].map((name) => `\`${name}\``))}`,
      atOnce: true,
    });
  return wrong;
}
