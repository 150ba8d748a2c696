import type { Test } from 'uvu';

type Run = () => Promise<void>;

/**
 * A `test` for what waits for the clock more than it works: when the first of them is due, some begin at once, and each
 * keeps its name and its verdict. Each needs a project, a server and processes of its own.
 * @param atOnce how many run side by side
 */
export function together(test: Test, atOnce = 4): (name: string, run: Run) => void {
  const waiting: { run: Run; settle: (verdict: Promise<void>) => void }[] = [];
  let begun = false;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const verdict = next.run();
      next.settle(verdict);
      // A failure belongs to its own test, which may ask for it later.
      await verdict.catch(() => undefined);
    }
  };
  return (name, run) => {
    const verdict = new Promise<void>((resolve) => {
      waiting.push({ run, settle: resolve });
    });
    verdict.catch(() => undefined);
    test(name, async () => {
      if (!begun) for (let worker = 0; worker < atOnce; worker++) void work();
      begun = true;
      await verdict;
    });
  };
}
