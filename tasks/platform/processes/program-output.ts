import { StringDecoder } from 'node:string_decoder';
import { lastLines } from '../../untrusted/text';

type Encoding = 'utf8' | 'latin1';

/** Characters of a line: what goes on without an end is handed on in pieces. */
const longestLine = 1_000_000;
/** Bytes that the last lines are looked for in. */
const tailBytes = 100_000;

/** A stream as lines, as they come; a letter of several bytes may come in two pieces. */
export class Lines {
  readonly #decoder: StringDecoder;
  #rest = '';

  constructor(
    readonly onLine: (line: string) => void,
    encoding: Encoding,
  ) {
    this.#decoder = new StringDecoder(encoding);
  }

  add(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|[\r\n]/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
    if (this.#rest.length < longestLine) return;
    this.onLine(this.#rest);
    this.#rest = '';
  }

  end(): void {
    const rest = this.#rest + this.#decoder.end();
    if (rest) this.onLine(rest);
    this.#rest = '';
  }
}

/** What a program writes, in bounded memory: of each stream the first bytes, or the last ones. */
export class Output {
  readonly #streams = { stdout: new Kept(), stderr: new Kept() };
  readonly #both = new Kept();
  /** There was more than fits. */
  cut = false;

  /**
   * @param most bytes of each stream
   * @param keep `end`: what comes first makes room for what comes later
   */
  constructor(
    readonly most: number,
    readonly keep: 'all' | 'end',
  ) {}

  add(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    const kept = this.#streams[stream];
    if (kept.bytes + chunk.length > this.most) this.cut = true;
    kept.push(this.keep === 'end' ? chunk : chunk.subarray(0, Math.max(0, this.most - kept.bytes)));
    if (this.keep === 'end') kept.dropTo(this.most);
    this.#both.push(chunk);
    this.#both.dropTo(tailBytes);
  }

  /** The text of a stream, without the line break at its end. */
  text(stream: 'stdout' | 'stderr', encoding: Encoding): string {
    return this.#streams[stream].text(encoding).replace(/\r?\n$/, '');
  }

  /** The last lines of both streams, in the order they came. */
  tail = (encoding: Encoding): string => lastLines(this.#both.text(encoding));
}

class Kept {
  readonly #chunks: Buffer[] = [];
  bytes = 0;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** Forgets what came first. */
  dropTo(most: number): void {
    while (this.bytes > most) {
      const [first] = this.#chunks as [Buffer];
      const excess = this.bytes - most;
      if (first.length > excess) this.#chunks[0] = first.subarray(excess);
      else this.#chunks.shift();
      this.bytes -= Math.min(excess, first.length);
    }
  }

  text = (encoding: Encoding): string => Buffer.concat(this.#chunks).toString(encoding);
}
