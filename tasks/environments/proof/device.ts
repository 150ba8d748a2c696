import type { Context } from '../../engine/context';
import { gpuIsOptional } from '../../gpu/driver/optional';

/** The GPU has to take part unless it is optional; `--no-gpu` leaves it out, the setting takes it where it works. */
export const deviceOf = (context: Context): 'gpu' | 'cpu' | 'any' =>
  context.option('no-gpu') !== undefined ? 'cpu' : gpuIsOptional(context) ? 'any' : 'gpu';
