import type { Settings } from '../../settings/schema/definition';

/**
 * Updates of the weights in a whole training, as scripts/train.py counts them: a step may go on from one pass over the rows into the next.
 * @param rows that are trained in one pass
 * @param processes that share a step
 */
export const stepsOf = (run: Settings['training']['arguments'], rows: number, processes: number): number =>
  Math.ceil((run.epochs * rows) / (run.batch_size * run.gradient_accumulation_steps * processes));
