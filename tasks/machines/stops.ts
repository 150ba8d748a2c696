import * as fs from 'node:fs';
import { Interrupted } from '../common/errors';
import type { Context } from '../engine/context';
import type { Machine } from './machine';
import { stopRun } from './runs/stop';

/**
 * Ctrl-C for runs on machines: the first one asks each run there to stop, and we go on to its end; the second one leaves it
 * at work. Where nothing runs there yet it ends what we do here, as for any task.
 */
export class Stops {
  #signal: NodeJS.Signals | undefined;
  readonly #running = new Map<string, () => Promise<boolean>>();

  /** @param note tells a person */
  constructor(readonly note: (text: string) => void) {}

  throwIfStopped(): void {
    if (this.#signal) throw new Interrupted(this.#signal);
  }

  /** @returns it has ended */
  add(context: Context, machine: Machine, id: string): () => void {
    const { name } = machine.remote;
    this.#running.set(id, async () => {
      const isAsked = await stopRun(context, machine, id).catch(() => undefined);
      if (isAsked === undefined && this.#running.has(id))
        this.note(`\`${name}\` cannot be asked to stop: \`npx just runs --on=${name} --stop\` does`);
      return isAsked === true;
    });
    if (this.#signal) void this.#running.get(id)?.();
    return () => void this.#running.delete(id);
  }

  /** Listens until it is released. */
  listen({ host }: Context): () => void {
    const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const onSignal = (signal: NodeJS.Signals) => {
      const again = this.#signal !== undefined;
      this.#signal ??= signal;
      // The terminal is gone: nobody waits for the end, and the run there is none of its business.
      if (again || signal === 'SIGHUP' || this.#running.size === 0) {
        if (this.#running.size > 0) this.note('the run there is left at work: the same command shows it');
        if (host.processes.interrupted) {
          // Past a list that holds the stream.
          if (process.stderr.isTTY) fs.writeSync(2, '\u001b[?25h');
          process.exit(new Interrupted(signal).exitCode);
        }
        host.processes.interrupt(signal);
        return;
      }
      this.note('asked to stop there; Ctrl-C once more leaves it at work');
      for (const stop of this.#running.values()) void stop();
    };
    for (const signal of signals) process.on(signal, onSignal);
    return () => {
      for (const signal of signals) process.off(signal, onSignal);
    };
  }
}
