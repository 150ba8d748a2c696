import * as fs from 'node:fs';
import * as path from 'node:path';

/** Bytes on the disk below a folder; 0 where there is none. */
function bytesBelow(folder: string): number {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .reduce((sum, entry) => sum + (entry.isDirectory() ? bytesBelow : bytesOf)(path.join(folder, entry.name)), 0);
  } catch {
    // Names come and go while it is looked at.
    return 0;
  }
}

const bytesOf = (file: string): number => fs.lstatSync(file).blocks * 512;

/** Watches what a command puts into a folder: where its time goes, whatever brings the bytes. */
export class Arrival {
  readonly #seen: { ms: number; bytes: number }[] = [];
  readonly #beganMs = performance.now();
  readonly #watch: NodeJS.Timeout;

  constructor(folder: string) {
    this.#watch = setInterval(() => this.#seen.push({ ms: performance.now() - this.#beganMs, bytes: bytesBelow(folder) }), 30);
  }

  /** Ends it. @returns `0.6 s until the first byte, a tenth after 1.1 s, …`, in seconds since it began */
  told(): string {
    clearInterval(this.#watch);
    const endMs = performance.now() - this.#beganMs;
    const most = Math.max(0, ...this.#seen.map(({ bytes }) => bytes));
    // Small files of its own come first.
    const after = (share: number) => ((this.#seen.find(({ bytes }) => bytes > Math.max(1e6, share * most))?.ms ?? endMs) / 1000).toFixed(1);
    const [tenth, nineTenths] = [after(0.1), after(0.9)];
    const rate = (0.8 * most) / 1e6 / (Number(nineTenths) - Number(tenth));
    return [
      `${after(0)} s until the first byte is on the disk`,
      `a tenth of them after ${tenth} s`,
      `nine tenths after ${nineTenths} s (${Math.round(rate)} MB/s between them)`,
      `all after ${after(0.999)} s`,
      `the end after ${(endMs / 1000).toFixed(1)} s`,
    ].join(', ');
  }
}
