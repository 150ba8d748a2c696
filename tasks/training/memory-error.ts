import { UserError } from '../common/errors';
import { bytes } from '../common/format';
import type { Context } from '../engine/context';
import { fixBySettings } from '../gpu/fixes';
import { shapesOf } from '../gpu/look';
import { estimate } from '../gpu/memory/memory';
import { leastBytes, suggestSettings } from '../gpu/memory/suggest-settings';
import { memoryConfigFor, memoryConfigOf } from '../gpu/memory/training-memory-config';

/**
 * A training that ran out of memory, with the nearest settings that take less. What it really had is not known by then, so they are
 * those that the estimate puts a tenth below what did not fit; `undefined` where the shape of the model is not known.
 */
export async function memoryError(context: Context, error: string): Promise<UserError | undefined> {
  const [model] = await shapesOf(context);
  if (!model?.shape) return undefined;
  const plan = memoryConfigFor(memoryConfigOf(context.settings.training), model.attention);
  const { total } = estimate(model.shape, plan);
  const change = suggestSettings(model.shape, plan, total * 0.9);
  return new UserError({
    code: 'E_GPU_MEMORY',
    found: `the training ran out of GPU memory: ${error.slice(0, 300)}`,
    needed: `about ${bytes(total)} free for ${model.name} with these settings`,
    fix: change
      ? `${change.text} takes about ${bytes(change.totalBytes)}: ${fixBySettings(change.settings, context)}`
      : `let the others end (\`nvidia-smi\` shows them), or use a card with ${bytes(leastBytes(model.shape, plan))} free or more`,
  });
}
