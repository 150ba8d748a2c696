import { isSha256 } from '../../untrusted/hashes';

/**
 * What `sha256sum` and `shasum -a 256` print: hash, two characters, name. By name, a byte string.
 * A line that is none, and one with an escaped name, vouches for nothing and is left out.
 */
export function parseHashLines(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const hash = line.slice(0, 64);
      return isSha256(hash) && /^ [ *]$/.test(line.slice(64, 66)) ? [[line.slice(66), hash]] : [];
    }),
  );
}
