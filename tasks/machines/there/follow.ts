import * as fs from 'node:fs';
import { type Ended, heartbeatMs } from './protocol';
import { aliveness, fileOf, type RunFolder, saidBy } from './run-folder';

/** Milliseconds between two looks at the file, in the first seconds and then, and at the processes. */
const [firstLookMs, lookMs] = [8, 40];
const firstMs = 3000;
const aliveMs = 1000;
const blockBytes = 64 * 1024;

/**
 * Sends the events of a run from an offset on, until it has ended.
 * @param send resolves when there is room for more; never does where nobody reads any more
 */
export async function follow(run: RunFolder, offset: number, send: (bytes: Buffer) => Promise<void>): Promise<void> {
  const block = Buffer.allocUnsafe(blockBytes);
  const line = new LineStart();
  const begunMs = Date.now();
  let [at, saidMs, seenMs] = [offset, begunMs, 0];
  let handle: number | undefined;
  /** What has come since; whether there was any. */
  const more = async (): Promise<boolean> => {
    handle ??= opened(fileOf(run, 'events'));
    const read = handle === undefined ? 0 : fs.readSync(handle, block, 0, block.length, at);
    if (read === 0) return false;
    at += read;
    line.read(block.subarray(0, read));
    await send(Buffer.from(block.subarray(0, read)));
    saidMs = Date.now();
    return true;
  };
  for (;;) {
    while (await more());
    if (line.hasEnded) return;
    if (Date.now() - seenMs > aliveMs) {
      const alive = await aliveness(run);
      // What it wrote last may have come between the two looks.
      if (alive !== 'at work' && !(await more())) return send(lost(alive === 'reboot' ? 'reboot' : 'killed', run, line.isOpen));
      seenMs = Date.now();
    }
    // Not into the middle of a line.
    if (Date.now() - saidMs > heartbeatMs && !line.isOpen) {
      await send(Buffer.from('\n'));
      saidMs = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, Date.now() - begunMs < firstMs ? firstLookMs : lookMs));
  }
}

function lost(why: 'reboot' | 'killed', run: RunFolder, isOpen: boolean): Buffer {
  const event: Ended = { event: 'lost', why, said: saidBy(run) };
  return Buffer.from(`${isOpen ? '\n' : ''}${JSON.stringify(event)}\n`);
}

const opened = (file: string): number | undefined => {
  try {
    return fs.openSync(file, 'r');
  } catch {
    return undefined;
  }
};

/** How lines begin: the last of a run is that of who watched it. */
class LineStart {
  hasEnded = false;
  #start = '';

  /** Whether a line has begun and has no end yet. */
  isOpen = false;

  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf(10, at);
      const piece = bytes.toString('latin1', at, Math.min(end < 0 ? bytes.length : end, at + endedStart.length));
      if (this.#start.length < endedStart.length) this.#start += piece;
      this.isOpen = end < 0;
      if (end < 0) return;
      if (this.#start.startsWith(endedStart)) this.hasEnded = true;
      this.#start = '';
      at = end + 1;
    }
  }
}

const endedStart = '{"event":"ended"';
