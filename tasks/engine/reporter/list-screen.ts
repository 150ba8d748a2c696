import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../../common/width';

const [hideCursor, showCursor] = ['\u001b[?25l', '\u001b[?25h'];
/** Erases the line of the cursor; one line up (ECMA-48: EL, CUU, CHA). */
const [eraseLine, up, begin] = ['\u001b[2K', '\u001b[1A', '\u001b[G'];
/** Milliseconds between two drawings: ten times the processor that one takes, within these, since a slow machine has other things to do. */
const [leastMs, mostMs, share] = [80, 500, 10];

/** A part of a terminal that is drawn again and again, with the lines of others above it. */
export class ListScreen {
  readonly #terminal: NodeJS.WriteStream;
  readonly #put: NodeJS.WriteStream['write'];
  /** What stands there now, and lines of others that have no end yet. */
  #drawn = '';
  #begun = '';
  #columns = 0;
  #nextMs = 0;
  #release = (): void => undefined;

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal;
    this.#put = terminal.write.bind(terminal);
  }

  /** What is written to these streams, where they are a terminal, stands above from now on. */
  begin(streams: readonly NodeJS.WriteStream[]): void {
    this.#put(hideCursor);
    const held = streams.filter(({ isTTY }) => isTTY).map((stream) => ({ stream, write: stream.write }));
    for (const { stream } of held) stream.write = this.#above as NodeJS.WriteStream['write'];
    const onExit = () => this.end();
    process.once('exit', onExit);
    this.#release = () => {
      process.off('exit', onExit);
      for (const { stream, write } of held) stream.write = write;
    };
  }

  end(): void {
    this.#release();
    this.#put(`${this.#begun}${showCursor}`);
    this.#begun = '';
  }

  /** @param text lines that fit; asked for where it is time to draw them */
  draw(text: () => string): void {
    if (performance.now() < this.#nextMs) return;
    const began = process.cpuUsage();
    // What has left the screen at the top cannot be drawn anew.
    const lines = text()
      .split('\n')
      .slice(1 - Math.max(2, this.#terminal.rows ?? 24))
      .join('\n');
    const body = lines === '' ? '' : `${lines}\n`;
    if (body !== this.#drawn || this.#columns !== this.#terminal.columns) {
      this.#put(`${this.#erase()}${body}`);
      this.#stands(body);
    }
    const { user, system } = process.cpuUsage(began);
    this.#nextMs = performance.now() + Math.min(mostMs, Math.max(leastMs, (share * (user + system)) / 1000));
  }

  /** What stays there, in the place of what was drawn. */
  stay(lines: string): void {
    this.#put(`${this.#erase()}${lines === '' ? '' : `${lines}\n`}`);
    this.#stands('');
  }

  #stands(body: string): void {
    this.#drawn = body;
    this.#columns = this.#terminal.columns;
  }

  readonly #above = (chunk: string | Uint8Array): boolean => {
    const text = this.#begun + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    const end = text.lastIndexOf('\n') + 1;
    this.#begun = text.slice(end);
    if (end > 0) {
      this.#put(`${this.#erase()}${text.slice(0, end)}${this.#drawn}`);
      this.#columns = this.#terminal.columns;
    }
    return true;
  };

  /** A terminal that became narrower has broken the lines that stand there: it has more of them. */
  #erase(): string {
    const { columns } = this.#terminal;
    const lines = this.#drawn.split('\n').slice(0, -1);
    const rows =
      columns >= this.#columns
        ? lines.length
        : stripVTControlCharacters(lines.join('\n'))
            .split('\n')
            .reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    return lines.length === 0 ? '' : `${`${eraseLine}${up}`.repeat(rows)}${eraseLine}${begin}`;
  }
}
