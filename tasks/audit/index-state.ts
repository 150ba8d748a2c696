import { type Asking, inTurns, NoAnswer } from '../environments/python/package-index/asking';
import { type IndexFile, indexFiles, pageHeaders } from '../environments/python/package-index/index-page';
import { indexesIn, isOffline, pageOf } from '../environments/python/package-index/indexes';
import { order } from './osv';

/** What the indexes list of packages, by name; a name that none has is absent. @throws NoAnswer where one cannot be asked */
export async function listedFiles(
  asking: Asking,
  names: readonly string[],
  usual: () => Promise<string | undefined>,
): Promise<Map<string, IndexFile[]>> {
  const offline = isOffline(asking.env);
  if (offline) throw new NoAnswer(`${offline} is set`);
  const indexes = await indexesIn(asking.env, usual);
  if (indexes.length === 0) throw new NoAnswer('no index of http or https is set, and neither uv nor pip is here to name theirs');
  const pages = await inTurns(names, async (name) => {
    // The first index that has the name, as uv takes them.
    for (const index of indexes) {
      const { status, body, contentType } = await asking.ask(pageOf(index, name), { headers: pageHeaders, toIndex: true });
      if (status === 404) continue;
      const files = indexFiles(body.toString('utf8'), contentType, name);
      if (!files) throw new NoAnswer(`${new URL(index).host} answers no page of the simple API for ${name}`);
      return [name, files] as const;
    }
    return undefined;
  });
  return new Map(pages.filter((page) => page !== undefined));
}

/** The reason for which every file of a version was taken back; `undefined` where one was not, or the index has none of it. */
export function yankedReason(files: readonly IndexFile[] = [], version: string): string | undefined {
  const those = files.filter((one) => isSameVersion(one.version, version));
  return those.length > 0 && those.every(({ yanked }) => yanked) ? (those[0]?.yanked?.reason ?? '') : undefined;
}

/** Versions after one, in their order: published, not taken back, no pre-releases, for a Python. */
export function laterVersions(files: readonly Omit<IndexFile, 'filename'>[] = [], version: string, python: string): string[] {
  const { satisfies } = require('@renovatebot/pep440') as typeof import('@renovatebot/pep440');
  const fits = (range: string | undefined) => !range || satisfies(`${python}.99`, range);
  const good = files.filter((one) => !one.yanked && fits(one.python) && !isPrerelease(one.version) && order(version, one.version) < 0);
  return [...new Set(good.map((one) => one.version))].sort(order);
}

/** PEP 440: letters but for those of a post-release. */
const isPrerelease = (version: string): boolean => /[a-z]/i.test(version.replace(/(?:\.?post|-)\d+$/i, '').replace(/\+.*$/, ''));

const isSameVersion = (one: string, other: string): boolean => one === other || order(one, other) === 0;
