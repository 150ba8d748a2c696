import { plural } from '../common/format';
import { fieldsOf } from '../untrusted/json';

/** Rows that a training got, and what the limit of their length has cost. */
export interface RowsFacts {
  rows: number;
  tokens: number;
  /** Longer than the limit: their end is not trained. */
  cut: number;
  /** Longer than the limit before their answer begins: they are not trained at all. */
  leftOut: number;
  /** Where the first of those that are cut stands; empty where there is none. */
  firstCut: string;
}

/** What scripts/train.py tells of a training. */
export interface TrainingFacts {
  device: string;
  /** That trained together; absent in the records of before, which are of one. */
  processes?: number;
  precision: string;
  rows: RowsFacts;
  validation: RowsFacts;
  steps: number;
  /** The step of the checkpoint that it went on from; null where it began anew. */
  resumedAt: number | null;
  /** Of each step. */
  losses: number[];
  /** A loss that was no number any more is null. */
  evaluations: { step: number; loss: number | null }[];
  /** The step whose adapter it is, where it is that of the best evaluation. */
  best?: { step: number; loss: number } | null | undefined;
  secondsPerStep: number | null;
  peakMemoryBytes: number;
  adapterBytes: number;
  logitsDifference: number;
  /** What the base model and the adapter answer. */
  samples: { prompt: string; before: string; after: string }[];
  versions: Record<string, string>;
}

/** Whether a record has what is shown of it: it may have come from another machine, or from another version. */
export function isFacts(value: unknown): value is TrainingFacts {
  const { steps, device, precision, losses, evaluations, rows, best } = fieldsOf(value) ?? {};
  const { rows: count, cut, leftOut, firstCut } = fieldsOf(rows) ?? {};
  const isLoss = (each: unknown): boolean => fieldsOf(each)?.['loss'] === null || isNumber(fieldsOf(each)?.['loss']);
  return (
    [steps, count, cut, leftOut].every(isNumber) &&
    [device, precision, firstCut].every((text) => typeof text === 'string') &&
    isListOf(losses, isNumber) &&
    isListOf(evaluations, isLoss) &&
    (best === undefined || best === null || [fieldsOf(best)?.['step'], fieldsOf(best)?.['loss']].every(isNumber))
  );
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isListOf = (value: unknown, is: (each: unknown) => boolean): boolean => Array.isArray(value) && value.every(is);

/** The outcome in one line: steps, device, loss. */
export function factsText(facts: TrainingFacts): string {
  const { steps, device, processes = 1, precision, losses, evaluations, rows } = facts;
  const loss = losses.length > 0 ? `loss ${losses[0]?.toFixed(2)} → ${losses.at(-1)?.toFixed(2)}` : 'no step';
  const earlier = earlierStep(facts);
  const best = earlier ? `, of step ${earlier}, the best` : '';
  const evaluated = evaluations.length > 0 ? `, ${validationLoss(facts)?.toFixed(2) ?? 'no number'} in validation${best}` : '';
  const on = processes > 1 ? `${processes} × ${device}` : device;
  return `${plural(steps, 'step')} on ${on} in ${precision} over ${plural(rows.rows, 'row')}: ${loss}${evaluated}`;
}

/** The loss in validation of the adapter that was kept. */
export const validationLoss = ({ best, evaluations }: Pick<TrainingFacts, 'best' | 'evaluations'>): number | undefined =>
  best?.loss ?? evaluations.at(-1)?.loss ?? undefined;

/** The step whose adapter it is, where a later one was worse in validation. */
export const earlierStep = ({ best, steps }: Pick<TrainingFacts, 'best' | 'steps'>): number | undefined =>
  best && best.step < steps ? best.step : undefined;

/** What of the rows was not trained, as a warning; `undefined` where all was. */
export function cutText({ cut, leftOut, firstCut }: RowsFacts): string | undefined {
  if (cut === 0) return undefined;
  const lost = leftOut > 0 ? `, and ${leftOut} of them left out, since no answer begins before it` : '';
  return `${plural(cut, 'row')} cut at \`max_seq_length\`${lost}; the first is ${firstCut}`;
}
