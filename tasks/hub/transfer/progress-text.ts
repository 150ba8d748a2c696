import type { FileDownload } from './file-download';

/**
 * What a transfer does at this moment: in a word, and with the files that are resolved, downloaded and checked, and how far
 * each is.
 */
export function transferText(open: readonly FileDownload[], isIdle: boolean, nowMs: number): { text: string; names: string } {
  const states = open.map((job) => stateOf(job));
  const words = ['resolving', 'downloading', 'checking'].flatMap((word) => {
    const names = states.flatMap(([what, name]) => (what === word ? [name] : []));
    return names.length > 0 ? [{ word, names: names.join(', ') }] : [];
  });
  const isWaiting = isIdle && open.some(({ pausedUntil }) => pausedUntil > nowMs + 1000);
  const main = words.find(({ word }) => word === 'downloading') ?? words[0];
  const others = words.filter((each) => each !== main).map(({ word, names }) => `${word} ${names}`);
  return {
    text: isWaiting ? 'waiting for the server' : (main?.word ?? ''),
    names: [...(main ? [main.names] : []), ...others].join('; '),
  };
}

function stateOf({ file, partial, live, digest, address, isDirect }: FileDownload): [what: string, name: string] {
  const share = (part: number) => `${file.path} ${Math.floor((part / Math.max(1, file.size)) * 100)} %`;
  if (partial.isWhole && live === 0) return ['checking', share(digest.at)];
  return [live > 0 && !address && !isDirect ? 'resolving' : 'downloading', share(partial.ranges.total)];
}
