import { Interrupted } from '../common/errors';
import type { Host } from '../platform';

/** Ctrl-C and its like end what runs, and let the run end by itself; the second one does not wait. @returns stops listening */
export function listenToSignals(host: Host): () => void {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (signal: NodeJS.Signals) => {
    if (host.processes.interrupted) {
      host.processes.interrupt(signal);
      // The second Ctrl-C: no more waiting, and a cursor to type with.
      process.stderr.write('\u001b[?25h');
      process.exit(new Interrupted(signal).exitCode);
    }
    host.processes.interrupt(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
