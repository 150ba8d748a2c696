/**
 * How many channels there are at first, and at the most: sshd lets ten sessions into a connection by default, and two other folders need
 * one each, as do two shells that wait for what is asked next.
 */
const firstChannels = 4;
export const mostChannels = 6;
/** Milliseconds between two measurements, and how much more each step has to bring. */
const [measureMs, gain] = [100, 1.15];

/**
 * Works through a queue over several channels. It has twice as many as at first as long as that brings more bytes a second.
 * @param first how many there are at first
 * @param queue what is to be done; what no channel has taken is left in it
 * @param channel takes one after the other until there is none; `tell` gets the bytes that have moved since it was called last. One
 * that fails ends the rest
 */
export async function overChannels<T>(
  queue: T[],
  channel: (next: () => T | undefined, tell: (bytes: number) => void) => Promise<void>,
  first = firstChannels,
): Promise<void> {
  const working = new Set<Promise<void>>();
  let [bytes, before, failed]: [number, number, unknown] = [0, 0, undefined];
  const tell = (moved: number) => {
    bytes += moved;
  };
  const next = () => (failed === undefined ? queue.shift() : undefined);
  const open = (count: number) => {
    // Each takes its first one at once.
    for (let left = Math.min(count, queue.length); left > 0; left--) {
      const worker: Promise<void> = channel(next, tell)
        .catch((error: unknown) => {
          failed ??= error;
        })
        .finally(() => working.delete(worker));
      working.add(worker);
    }
  };
  open(first);
  const timer = setInterval(() => {
    const [now, count] = [bytes, working.size];
    bytes = 0;
    // Nothing has come yet: the first connection is being made.
    if (now === 0) return;
    if (now >= before * gain) open(Math.min(count, mostChannels - count));
    before = Math.max(before, now);
  }, measureMs);
  try {
    while (working.size > 0) await Promise.race(working);
  } finally {
    clearInterval(timer);
  }
  if (failed !== undefined) throw failed;
}
