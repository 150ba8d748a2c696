import { PassThrough } from 'node:stream';
import type { RelativeName } from '../../../untrusted/names';
import { listedName } from './rsync-args';
import type { RsyncCalls } from './rsync-calls';

type Ended = ReturnType<RsyncCalls['run']>;

interface Waiting {
  /** Of the call, joined. */
  key: string;
  bring(names: readonly RelativeName[], onLine: (line: string) => void): Ended;
  drop(): void;
}

/** Calls of rsync that bring files whose names they read from stdin. */
export interface WaitingRsyncs {
  /** Begins some, where none are, of this call or another: they make their connections, wait for names there, and write nothing meanwhile. */
  begin(args: readonly string[], count: number): void;
  /** Has one that was begun with these arguments bring files, else a new one. */
  bring(args: readonly string[], names: readonly RelativeName[], onLine: (line: string) => void): Ended;
  /** Ends those that nobody took; none begins ahead any more. */
  end(): void;
}

/** rsync(1): the names are read once both ends have agreed how they talk, which takes three ways there and back. */
export function waitingRsyncs(run: RsyncCalls['run']): WaitingRsyncs {
  const waiting: Waiting[] = [];
  let isOver = false;
  const keyOf = (args: readonly string[]) => args.join('\0');
  const begun = (args: readonly string[]): Waiting => {
    const input = new PassThrough();
    let tell: (line: string) => void = () => undefined;
    let drop: () => void = () => undefined;
    const dropped = new Promise<void>((resolve) => {
      drop = resolve;
    });
    const ended = run(args, { keep: 'end', onLine: (line) => tell(line), input, dropped }).finally(() => {
      const at = waiting.indexOf(each);
      if (at >= 0) waiting.splice(at, 1);
    });
    // Of one that was taken it is told there.
    ended.catch(() => undefined);
    const each: Waiting = {
      key: keyOf(args),
      drop,
      bring(names, onLine) {
        tell = onLine;
        input.end(Buffer.from(names.map(listedName).join(''), 'latin1'));
        return ended;
      },
    };
    return each;
  };
  return {
    begin(args, count) {
      if (!isOver && waiting.length === 0) waiting.push(...Array.from({ length: count }, () => begun(args)));
    },
    bring(args, names, onLine) {
      const at = waiting.findIndex(({ key }) => key === keyOf(args));
      const [each = begun(args)] = at < 0 ? [] : waiting.splice(at, 1);
      return each.bring(names, onLine);
    },
    end() {
      isOver = true;
      for (const each of waiting.splice(0)) each.drop();
    },
  };
}
