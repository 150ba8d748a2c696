import * as path from 'node:path';
import { remaining } from '../common/format';
import type { Context } from '../engine/context';
import { projectPaths, shown } from '../engine/paths';
import { number, string } from '../engine/records/careful-json';
import { fieldsOf } from '../untrusted/json';
import { runFields } from './run-record';

/** What `run.json` beside an adapter tells of its training. It may have come from another machine: every text is one line, every number one. */
export interface Trained {
  /** Its folder, as a person reads it. */
  folder: string;
  model: string;
  rows: number;
  steps: number;
  /** Of the first and the last step, and of the last evaluation. */
  losses: [first: number, last: number] | undefined;
  validation: number | undefined;
  device: string;
  secondsPerStep: number | undefined;
  /** ISO 8601, UTC. */
  finishedAt: string;
  commit: string | undefined;
  /** The settings that the time of a step follows from, as one text. */
  pace: string;
}

/** The adapters of the project that `train` made, here or elsewhere, the newest first. */
export function trainedAdapters(context: Context): Trained[] {
  const { adapters_dir: folder } = projectPaths(context);
  const all = context.host.files.list(folder).filter((name) => !name.startsWith('.'));
  const found = all.flatMap((name) => trainedIn(context, path.join(folder, name)) ?? []);
  return found.sort((one, other) => (one.finishedAt < other.finishedAt ? 1 : -1));
}

function trainedIn(context: Context, folder: string): Trained | undefined {
  const record = runFields(context.host, folder);
  if (!record) return undefined;
  const [result, model, rows] = [fieldsOf(record['result']), fieldsOf(record['model']), fieldsOf(fieldsOf(record['result'])?.['rows'])];
  const losses = listOf(result?.['losses']);
  const [first, last] = [number(losses[0]), number(losses.at(-1))];
  const finishedAt = textIn(record['finishedAt']);
  if (!result || !/^\d{4}-\d\d-\d\dT/.test(finishedAt)) return undefined;
  return {
    folder: shown(context.root, folder),
    model: textIn(model?.['name']),
    rows: number(rows?.['rows']) ?? 0,
    steps: number(result['steps']) ?? 0,
    losses: first === undefined || last === undefined ? undefined : [first, last],
    validation: number((fieldsOf(result['best']) ?? fieldsOf(listOf(result['evaluations']).at(-1)))?.['loss']),
    device: textIn(result['device']),
    secondsPerStep: number(result['secondsPerStep']),
    finishedAt,
    commit: textIn(fieldsOf(record['git'])?.['commit']).slice(0, 12) || undefined,
    pace: paceOf(record['settings'], number(result['processes'])),
  };
}

/**
 * What the time of a step follows from, beside the model and the device.
 * @param processes that trained together
 */
export function paceOf(settings: unknown, processes = 1): string {
  const { lora, quantization, attention, arguments: run } = fieldsOf(settings) ?? {};
  const { rank, target_modules } = fieldsOf(lora) ?? {};
  const { batch_size, gradient_accumulation_steps, max_seq_length, gradient_checkpointing } = fieldsOf(run) ?? {};
  return JSON.stringify([
    [rank, target_modules, quantization, attention],
    [batch_size, gradient_accumulation_steps, max_seq_length, gradient_checkpointing],
    processes,
  ]);
}

/** A line for each adapter: who it is and how its training went. */
export const trainedTable = (all: readonly Trained[]): string[][] => [
  ['adapter', 'base model', 'rows', 'steps', 'loss', 'in validation', 'trained on', 'until (UTC)'],
  ...all.map(({ folder, model, rows, steps, losses, validation, device, finishedAt }) => [
    folder,
    model,
    String(rows),
    String(steps),
    losses ? losses.map((loss) => loss.toFixed(3)).join(' → ') : '–',
    validation?.toFixed(3) ?? '–',
    device,
    finishedAt.slice(0, 16).replace('T', ' '),
  ]),
];

/**
 * How long so many steps will take, by the newest training of the same model with settings of the same cost; `undefined` where there is none.
 * The lengths of the rows count too: it is a guess.
 */
export function expectedTime(
  all: readonly Trained[],
  of: { model: string; settings: unknown; processes: number; onCpu: boolean },
  steps: number,
): string | undefined {
  const like = all.find(
    ({ model, pace, device, secondsPerStep }) =>
      secondsPerStep !== undefined && model === of.model && pace === paceOf(of.settings, of.processes) && (device === 'cpu') === of.onCpu,
  );
  if (like?.secondsPerStep === undefined) return undefined;
  return `about ${remaining(like.secondsPerStep * steps * 1000)} at the ${like.secondsPerStep.toFixed(1)} s a step of \`${like.folder}\` on ${like.device}`;
}

/** Whole, unlike the lists of a page: the last loss is that of the last step. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textIn = (value: unknown): string => (string(value) ?? '').slice(0, 200);
