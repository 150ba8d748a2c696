import type { Context } from '../../engine/context';

/** A machine without a usable GPU is all right: `--no-gpu`, or `remote.gpu: optional`. */
export const gpuIsOptional = (context: Context): boolean =>
  context.option('no-gpu') !== undefined || context.settings.setup.remote.gpu === 'optional';
