import type { Fault } from '../../common/errors';
import { appendTo } from '../../platform/files';
import { redacted } from '../../untrusted/secrets';
import { printable, sentence } from '../../untrusted/text';
import { outgoingStep } from '../outgoing-step';
import type { StepReport } from '../report';
import type { Progress } from '../step';
import type { Reporter, ShownStep } from './reporter';

/**
 * What a run tells, as one JSON object a line: the calls of a {@link Reporter}, what belongs on stdout, and how it ended.
 * `docs/MACHINES.md` has the format. A field that a reader does not know is none of its business; a field that means
 * something else than before is another version.
 */
export const eventsVersion = 1;

export type RunEvent =
  /** First of all. */
  | { event: 'run'; version: number; task: string }
  | { event: 'begin'; steps: readonly ShownStep[] }
  /** `step` is the place in the list of `begin`, from 0. */
  | { event: 'started'; step: number }
  | { event: 'acting'; step: number; title: string }
  | { event: 'progress'; step: number; progress: Progress }
  | { event: 'finished'; step: number; report: StepReport }
  | { event: 'note'; text: string }
  | { event: 'end' }
  /** Lines for stdout. */
  | { event: 'result'; text: string }
  /** The document of `--json`, whether that was asked for or not. */
  | { event: 'document'; document: object }
  /** Why it did not go well: what a person is to fix, or the text of what is nobody's fault. */
  | { event: 'error'; fault?: Fault; text?: string }
  /** Last of all: the exit code. */
  | { event: 'exit'; code: number };

/** Bytes of events: what only tells that it goes on ends there, and how it ends still has room. */
const mostBytes = 32_000_000;
/** Milliseconds between two events that say how far a step is. */
const progressMs = 250;

/** Where the events of a run go. */
export interface EventLog {
  write(event: RunEvent): void;
  /** Lines for stdout. */
  result(text: string): void;
  reporter: Reporter;
}

/**
 * Events that are appended to a file. A disk that is full loses some and ends no run.
 * @throws what the file system says where the file cannot be made
 */
export function eventLog(file: string, task: string): EventLog {
  const append = appendTo(file);
  let bytes = 0;
  const write = (event: RunEvent) => {
    if (bytes > mostBytes && ['progress', 'note', 'acting'].includes(event.event)) return;
    bytes += append(JSON.stringify(event));
  };
  write({ event: 'run', version: eventsVersion, task });
  return { write, result: (text) => write({ event: 'result', text: redacted(printable(text)) }), reporter: eventsReporter(write) };
}

/** Nothing leaves the machine that would not be shown on it: each text is cleaned as its screen would have it. */
function eventsReporter(write: (event: RunEvent) => void): Reporter {
  let steps: readonly ShownStep[] = [];
  let last = { step: -1, atMs: 0 };
  const at = (step: ShownStep) => steps.indexOf(step);
  return {
    begin(all) {
      steps = all;
      write({ event: 'begin', steps: all.map(({ name, title }) => ({ name: sentence(name, 200), title: sentence(title, 300) })) });
    },
    started: (step) => write({ event: 'started', step: at(step) }),
    acting: (step, title) => write({ event: 'acting', step: at(step), title: sentence(title, 700) }),
    progress(shown, progress) {
      const [step, atMs] = [at(shown), performance.now()];
      if (!progress.atOnce && last.step === step && atMs - last.atMs < progressMs) return;
      last = { step, atMs };
      const { text, names } = progress;
      const words = {
        ...(text === undefined ? {} : { text: sentence(text, 300) }),
        ...(names === undefined ? {} : { names: sentence(names, 300) }),
      };
      write({ event: 'progress', step, progress: { ...progress, ...words } });
    },
    finished: (step, { data: _, ...report }) => write({ event: 'finished', step: at(step), report: outgoingStep(report) }),
    note: (text) => write({ event: 'note', text: sentence(text) }),
    end: async () => write({ event: 'end' }),
  };
}
