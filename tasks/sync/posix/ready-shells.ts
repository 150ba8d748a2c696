import { PassThrough, pipeline, Readable } from 'node:stream';
import type { RunOptions, RunResult } from '../../platform/processes/run';

/**
 * How many are kept: what follows a transfer asks two questions, one behind the other. With the channels that bring files and what two
 * other folders need they stay below the ten sessions that sshd lets into a connection.
 */
const mostReady = 2;
/** Milliseconds after which the first ones are begun: the call that is on its way meanwhile goes first where a server lets in one session alone. */
const behindMs = 30;
/** Milliseconds for which one that has not answered is waited for: a new call says more of a line that is dead. */
const patienceMs = 2000;

const hello = 'just-lora-ready\n';

/** Says that it is there, and runs the script that it is told in its first line. */
export const readyScript = 'echo just-lora-ready; IFS= read -r s && eval "$s"';

/** How one is begun: an ssh over the connection that is there, and never over one of its own. */
export type BeginReady = (given: Pick<RunOptions, 'timeoutMs' | 'onBytes' | 'dropped'> & { input: Readable }) => Promise<RunResult>;

interface Waiting {
  /** Whether it is there; settled where it will never be too. */
  isThere: Promise<boolean>;
  answer(script: string, input: Buffer | Readable, limits: Pick<RunOptions, 'timeoutMs' | 'mostBytes'>): Promise<RunResult>;
  drop(): void;
}

/** What a call asks for. */
export interface ReadyShells {
  /** Begins them, and as many anew as are taken. @returns ends those that nobody took */
  keep(): () => void;
  /** One that waits, to be given one script; `undefined` where there is none. */
  take(): Promise<Pick<Waiting, 'answer'> | undefined>;
}

/**
 * Shells of another machine that wait for a script. To begin a command over a connection that is there takes ssh three ways there and
 * back: where that was done before, a question takes one. A server that lets in no more sessions has none of them.
 * @param onThere gets the milliseconds after which one was there
 */
export function readyShells(begin: BeginReady, onThere: (tookMs: number) => void): ReadyShells {
  const waiting: Waiting[] = [];
  let most = 0;
  const fill = () => {
    while (waiting.length < most) waiting.push(open());
  };
  const end = () => {
    most = 0;
    for (const each of waiting.splice(0)) each.drop();
  };
  const open = (): Waiting => {
    const [input, begunMs] = [new PassThrough(), performance.now()];
    let told = '';
    let limit: (ms: number | Promise<number>) => void = () => undefined;
    let settle: (isThere: boolean) => void = () => undefined;
    let drop: () => void = () => undefined;
    const timeoutMs = new Promise<number>((resolve) => {
      limit = resolve;
    });
    const isThere = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const dropped = new Promise<void>((resolve) => {
      drop = () => {
        input.end();
        resolve();
      };
    });
    let wasThere = false;
    const onBytes = (chunk: Buffer) => {
      if (wasThere) return;
      told += chunk.toString('latin1');
      if (!told.includes(hello)) return;
      wasThere = true;
      onThere(performance.now() - begunMs);
      settle(true);
    };
    const ended = begin({ input, timeoutMs, onBytes, dropped }).finally(() => {
      settle(false);
      const at = waiting.indexOf(ready);
      if (at >= 0) waiting.splice(at, 1);
      // A line that broke, or a server that lets in no more: new ones would find the same, and what is needed may want the place of the others.
      if (!wasThere) end();
    });
    // Of one that was taken it is told there.
    ended.catch(() => undefined);
    const ready: Waiting = {
      isThere,
      drop,
      async answer(script, given, limits) {
        // Zero stands for none.
        if (limits.timeoutMs) limit(limits.timeoutMs);
        input.write(Buffer.from(`${script}\n`, 'utf8'));
        if (given instanceof Readable) pipeline(given, input, () => undefined);
        else input.end(given);
        const result = withoutHello(await ended.finally(fill));
        return limits.mostBytes !== undefined && result.stdout.length > limits.mostBytes ? { ...result, exitCode: -1, cut: true } : result;
      },
    };
    return ready;
  };
  return {
    keep() {
      const timer = setTimeout(() => {
        most = mostReady;
        fill();
      }, behindMs);
      return () => {
        clearTimeout(timer);
        end();
      };
    },
    async take() {
      for (let each = waiting.shift(); each; each = waiting.shift()) {
        if (await within(each.isThere)) return each;
        each.drop();
      }
      return undefined;
    },
  };
}

async function within(isThere: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  const found = await Promise.race([isThere, late]);
  clearTimeout(timer);
  return found;
}

/** What a login shell says before it is nobody's answer. */
const withoutHello = (result: RunResult): RunResult => ({
  ...result,
  stdout: result.stdout.slice(result.stdout.indexOf(hello) + hello.length),
  tail: result.tail
    .split('\n')
    .filter((line) => line !== hello.trim())
    .join('\n'),
});
