import { oneLine } from '../../../untrusted/text';

/** How far an installation is, as the lines of pip or uv tell. */
export interface InstallProgress {
  text: string;
  doneBytes?: number;
  totalBytes?: number;
}

const units = new Map(Object.entries({ B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }));
/** Packages whose sizes are added up: what says more is no installer. */
const mostSizes = 2000;

/**
 * Reads the lines as they come. Neither tool says how far one download is when nobody watches its bar; uv names
 * the sizes of the large ones before and tells when each is there, pip names each as it begins.
 * @param count how many packages are wanted
 * @returns how far it is after a line, `undefined` for a line that says nothing of it
 */
export function installProgress(count: number): (line: string) => InstallProgress | undefined {
  const sizes = new Map<string, number>();
  let [done, seen, last] = [0, 0, 0];
  const state = (said: string): InstallProgress => {
    const text = oneLine(said, 100);
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    return total > 0 ? { text, doneBytes: done, totalBytes: total } : { text };
  };
  return (line) => {
    const begun = /^\s{0,20}Downloading (\S{1,300}) \((\d{1,9}(?:\.\d{1,9})?)\s?(\w{1,3})\)/.exec(line);
    if (begun?.[1] && begun[2]) {
      const size = Number(begun[2]) * (units.get(begun[3] ?? '') ?? 0);
      if (sizes.size < mostSizes) sizes.set(begun[1], size);
      if (/\.(whl|gz|zip)$/.test(begun[1])) {
        // pip downloads one after the other: the one before is there.
        done += last;
        last = size;
      }
      return state(`downloading ${begun[1].replace(/-\d.*$/, '')}`);
    }
    const got = /^\s{0,20}Downloaded (\S{1,300})/.exec(line);
    if (got?.[1]) {
      done += sizes.get(got[1]) ?? 0;
      return state(`${got[1]} downloaded`);
    }
    const collecting = /^Collecting ([\w.-]{1,200})/.exec(line);
    if (collecting?.[1]) return state(`${collecting[1]} (${++seen} of ${count})`);
    const building = /^\s{0,20}Building (?:wheels? for collected packages: )?(\S{1,300})/.exec(line);
    if (building?.[1]) return state(`building ${building[1]}`);
    if (/^Prepared \d+ package|^Installing collected packages/.test(line)) return { text: `installing ${count} packages` };
    return undefined;
  };
}
