import type { Progress } from '../../../engine/step';
import { measuredSizes } from '../../../knowledge/measured-sizes';
import { oneLine } from '../../../untrusted/text';

/** Reads how far an installation is. Each gives `undefined` for what says nothing of it. */
export interface InstallProgress {
  /** A line of pip or uv. */
  line(said: string): Progress | undefined;
  /** Bytes that lie where the installer puts what is on its way: {@link ../../python/growth} */
  grown(bytes: number): Progress | undefined;
}

const units = new Map(Object.entries({ B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }));
/** Packages whose sizes are added up: what says more is no installer. */
const mostSizes = 2000;
/** What a wheel becomes where nobody measured it: three of 100 MB made 230 MB. */
const usualGrowth = 2.3;

/**
 * Reads the lines as they come. Neither tool says how far one download is when nobody watches its bar; uv names
 * the sizes of the large ones before and tells when each is there, pip names each as it begins. In between the bytes that
 * have come are measured: for uv, which unpacks on the way, by what the packages become, so that is an estimate until they are there.
 * @param count how many packages are wanted
 */
export function installProgress(count: number): InstallProgress {
  /** On their way, with their sizes. */
  const coming = new Map<string, number>();
  const text = 'downloading';
  let [done, total, seen, most] = [0, 0, 0, 0];
  let [names, isPip] = ['', false];
  const now = (coming = 0): Progress => {
    most = Math.max(most, done + coming);
    // Of pip nobody knows yet what the others have.
    if (isPip)
      return {
        text,
        ...(most > 0 ? { doneBytes: most } : {}),
        count: { done: Math.max(0, seen - 1), total: count, noun: 'package' },
        names,
      };
    return total > 0 ? { text, doneBytes: most, totalBytes: total, names } : { text, names };
  };
  const begin = (name: string, size: number): Progress => {
    if (/\.(whl|gz|zip)$/.test(name)) {
      // pip downloads one after the other: the one before is there.
      isPip = true;
      done += sum(coming);
      coming.clear();
    }
    if (coming.size < mostSizes) {
      coming.set(name, size);
      total += size;
    }
    names = oneLine(name.replace(isPip ? /-\d.*$/ : /$^/, ''), 100);
    return now();
  };
  return {
    line(said) {
      const begun = /^\s{0,20}Downloading (\S{1,300}) \((\d{1,9}(?:\.\d{1,9})?)\s?(\w{1,3})\)/.exec(said);
      if (begun?.[1] && begun[2]) return begin(begun[1], Number(begun[2]) * (units.get(begun[3] ?? '') ?? 0));
      const got = /^\s{0,20}Downloaded (\S{1,300})/.exec(said);
      if (got?.[1]) {
        done += coming.get(got[1]) ?? 0;
        coming.delete(got[1]);
        names = oneLine([...coming.keys()].slice(0, 3).join(', '), 100);
        return now();
      }
      const collecting = /^Collecting ([\w.-]{1,200})/.exec(said);
      if (collecting?.[1]) {
        isPip = true;
        seen++;
        names = collecting[1];
        return now();
      }
      const building = /^\s{0,20}Building (?:wheels? for collected packages: )?(\S{1,300})/.exec(said);
      if (building?.[1]) return { text: 'building', names: oneLine(building[1], 100) };
      if (/^Prepared \d+ package|^Installing collected packages/.test(said)) {
        coming.clear();
        return { text: `installing ${count} packages` };
      }
      return undefined;
    },
    grown(bytes) {
      const wanted = sum(coming);
      if (wanted === 0) return undefined;
      if (isPip) return now(Math.min(wanted, bytes));
      const unpacked = [...coming].reduce((all, [name, size]) => all + (measuredSizes[name]?.[1] ?? size * usualGrowth), 0);
      return now(wanted * Math.min(0.99, bytes / unpacked));
    },
  };
}

const sum = (sizes: ReadonlyMap<string, number>): number => [...sizes.values()].reduce((all, size) => all + size, 0);
