import * as fs from 'node:fs';
import { Interrupted } from '../common/errors';
import type { Host } from '../platform';
import { whenReaderGone } from './lost-output';

/**
 * Ctrl-C and its like end what runs, and let the run end by itself; the second one does not wait. So does a reader who
 * leaves, as `| head` does: Node ends for it only where nobody listens. @returns stops listening
 */
export function listenToSignals(host: Host): () => void {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (signal: NodeJS.Signals) => {
    if (host.processes.interrupted) {
      host.processes.interrupt(signal);
      // The second Ctrl-C: no more waiting, and a cursor to type with, past the list that holds the stream.
      if (process.stderr.isTTY) fs.writeSync(2, '\u001b[?25h');
      process.exit(new Interrupted(signal).exitCode);
    }
    host.processes.interrupt(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  const listening = whenReaderGone(() => host.processes.interrupt('SIGPIPE'));
  return () => {
    listening();
    for (const signal of signals) process.off(signal, onSignal);
  };
}
