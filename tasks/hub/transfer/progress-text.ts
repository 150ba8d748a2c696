import type { FileDownload } from './file-download';

/** What a transfer does at this moment, in words: which files are resolved, downloaded and checked, and how far each is. */
export function transferText(open: readonly FileDownload[], isIdle: boolean, nowMs: number): string {
  const words = ['resolving', 'downloading', 'checking'].flatMap((word) => {
    const names = open.map((job) => stateOf(job)).flatMap(([what, name]) => (what === word ? [name] : []));
    return names.length > 0 ? [`${word} ${names.join(', ')}`] : [];
  });
  const isWaiting = isIdle && open.some(({ pausedUntil }) => pausedUntil > nowMs + 1000);
  return [...(isWaiting ? ['waiting for the server'] : []), ...words].join('; ');
}

function stateOf({ file, partial, live, digest, address, isDirect }: FileDownload): [what: string, name: string] {
  const share = (part: number) => `${file.path} ${Math.floor((part / Math.max(1, file.size)) * 100)} %`;
  if (partial.isWhole && live === 0) return ['checking', share(digest.at)];
  return [live > 0 && !address && !isDirect ? 'resolving' : 'downloading', share(partial.ranges.total)];
}
