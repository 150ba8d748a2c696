/**
 * How many channels there are at first, and at the most: sshd lets ten sessions into a connection by default, and two other folders and
 * the lock may need one each.
 */
const [first, most] = [4, 7];
/** Milliseconds between two measurements, and how much more each step has to bring. */
const [measureMs, gain] = [700, 1.15];

/**
 * Does jobs side by side. It begins with four at a time, and has twice as many as long as that brings more bytes a second.
 * @param work does one; `tell` takes the bytes that have moved since it was called last. One that fails ends the rest
 */
export async function overChannels<T>(jobs: readonly T[], work: (job: T, tell: (bytes: number) => void) => Promise<void>): Promise<void> {
  const waiting = [...jobs];
  const working = new Set<Promise<void>>();
  let [bytes, before, failed]: [number, number, unknown] = [0, 0, undefined];
  const tell = (moved: number) => {
    bytes += moved;
  };
  const one = async () => {
    for (let job = waiting.shift(); job !== undefined && failed === undefined; job = waiting.shift()) await work(job, tell);
  };
  const open = (count: number) => {
    for (let at = 0; at < Math.min(count, waiting.length); at++) {
      const worker: Promise<void> = one()
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
    if (now >= before * gain) open(Math.min(count, most - count));
    before = Math.max(before, now);
  }, measureMs);
  try {
    while (working.size > 0) await Promise.race(working);
  } finally {
    clearInterval(timer);
  }
  if (failed !== undefined) throw failed;
}
