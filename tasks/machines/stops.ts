import * as fs from 'node:fs';
import { Interrupted } from '../common/errors';
import { some } from '../common/format';
import type { Context } from '../engine/context';
import type { Machine } from './machine';
import { stopRun } from './runs/stop';

/** A run that is followed. */
interface Followed {
  /** Its machine. */
  name: string;
  /** Asks it to stop, once. @returns whether it heard that, or had ended; false where it cannot be asked */
  ask(): Promise<boolean>;
}

/** Milliseconds in which a run that is being asked to stop hears that, where nobody waits for its end any more. */
const askedMs = 2000;

/**
 * Ctrl-C for runs on machines: the first one asks each run there to stop, and we go on to its end; the second one waits for that no
 * longer. Where nothing runs there yet it ends what we do here, as for any task.
 */
export class Stops {
  #signal: NodeJS.Signals | undefined;
  readonly #running = new Map<string, Followed>();

  /** @param note tells a person */
  constructor(readonly note: (text: string) => void) {}

  throwIfStopped(): void {
    if (this.#signal) throw new Interrupted(this.#signal);
  }

  /** @returns it has ended */
  add(context: Context, machine: Machine, id: string): () => void {
    const { name } = machine.remote;
    let asked: Promise<boolean> | undefined;
    const ask = async () => {
      const isAsked = await stopRun(context, machine, id).then(
        () => true,
        () => false,
      );
      if (!isAsked && this.#running.has(id)) this.note(`\`${name}\` cannot be asked to stop: \`npx just runs --on=${name} --stop\` does`);
      return isAsked;
    };
    const followed: Followed = {
      name,
      ask: () => {
        asked ??= ask();
        return asked;
      },
    };
    this.#running.set(id, followed);
    if (this.#signal) void followed.ask();
    return () => void this.#running.delete(id);
  }

  /** Listens until it is released. */
  listen(context: Context): () => void {
    const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    let isLeaving = false;
    const onSignal = (signal: NodeJS.Signals) => {
      const again = this.#signal !== undefined;
      this.#signal ??= signal;
      if (this.#running.size === 0 || isLeaving) return end(context, signal);
      if (again) {
        isLeaving = true;
        return void this.#leave(context, signal);
      }
      // The terminal is gone: nobody waits for the end, and the run there is none of its business.
      if (signal === 'SIGHUP') {
        this.note('the run there is left at work: the same command shows it');
        return end(context, signal);
      }
      this.note('asked to stop there; Ctrl-C once more waits for its end no longer');
      for (const { ask } of this.#running.values()) void ask();
    };
    for (const signal of signals) process.on(signal, onSignal);
    return () => {
      for (const signal of signals) process.off(signal, onSignal);
    };
  }

  /** What was asked to stop may still be on its way to hear that: it is told so before nobody listens any more. */
  async #leave(context: Context, signal: NodeJS.Signals): Promise<void> {
    const late = context.host.sleep(askedMs).then(() => false);
    const all = await Promise.all(
      [...this.#running].map(async ([id, { name, ask }]) => ({ id, name, isAsked: await Promise.race([ask(), late]) })),
    );
    const left = all.filter(({ id }) => this.#running.has(id));
    const tell = (isAsked: boolean, text: (names: string, on: string) => string) => {
      const names = left.filter((each) => each.isAsked === isAsked).map(({ name }) => name);
      if (names.length > 0) this.note(text(some(names.map((name) => `\`${name}\``)), names.join(',')));
    };
    tell(true, (names, on) => `the run on ${names} was asked to stop: \`npx just runs --on=${on}\` shows whether it has`);
    tell(
      false,
      (names, on) => `the run on ${names} is left at work, it could not be asked to stop: \`npx just runs --on=${on} --stop\` does`,
    );
    end(context, signal);
  }
}

/** Ends what we do here. */
function end({ host }: Context, signal: NodeJS.Signals): void {
  if (!host.processes.interrupted) {
    host.processes.interrupt(signal);
    return;
  }
  // Past a list that holds the stream.
  if (process.stderr.isTTY) fs.writeSync(2, '\u001b[?25h');
  process.exit(new Interrupted(signal).exitCode);
}
