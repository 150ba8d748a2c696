import { UserError } from '../../common/errors';
import { plural } from '../../common/format';
import type { Context } from '../../engine/context';
import { driverAnswers, type Gpu } from '../../gpu/driver/query-driver';
import { cardVariables, together } from '../../gpu/driver/select-cards';
import { usableCards } from '../../gpu/look';
import { deviceOf } from './device';
import { knowsProcesses } from './training-script';

/** Where a training program runs: a process for each of these cards, or so many on the processor where there are none. */
export interface Placement {
  cards: readonly Gpu[];
  processes: number;
}

/** `GPU 1 (Tesla T4, GPU-3f8a…)`: a card by all the names that somebody looks for. */
export const cardName = ({ index, name, uuid }: Gpu): string => `GPU ${index} (${name}${uuid ? `, ${uuid}` : ''})`;

/**
 * The cards that can train together, of those that pass every look at the driver, in the order of `CUDA_VISIBLE_DEVICES`. None with
 * `--no-gpu`.
 */
export async function trainingCards(context: Context): Promise<readonly Gpu[]> {
  if (deviceOf(context) === 'cpu') return [];
  return together(await usableCards(context, await driverAnswers(context)));
}

/**
 * What `training.processes` means on this machine; for one process no card is asked for here.
 * @throws UserError E_PROCESSES for more than there are cards, or a training script of the project that knows no processes
 */
export async function placementOf(context: Context): Promise<Placement> {
  const { processes: asked } = context.settings.training;
  if (asked === 1) return { cards: [], processes: 1 };
  const cards = await trainingCards(context);
  const processes = asked === 0 ? Math.max(1, cards.length) : asked;
  if (processes > cards.length && cards.length > 0)
    throw new UserError({
      code: 'E_PROCESSES',
      found: `\`training.processes\` is ${processes}, and ${plural(cards.length, 'GPU')} can be used: ${cards.map(cardName).join(', ')}`,
      needed: 'a GPU for each process',
      fix: '`--set training.processes=0` takes every GPU that can be used\nor `npx just gpu`, which says what is wrong with the others',
    });
  if (processes > 1 && !knowsProcesses(context))
    throw new UserError({
      code: 'E_PROCESSES',
      found: '`scripts/train.py` of the project is older than `training.processes`: in several processes each would write its own adapter',
      needed: 'a script in which the first process alone writes',
      fix: '`--set training.processes=1`\nor take over what is new in the script that comes with just-lora: `node_modules/just-lora/scripts/`',
    });
  return { cards: cards.slice(0, processes), processes };
}

/**
 * The variables that show CUDA the cards of a placement, by UUID; of one process alone the first that passes every look. One card alone
 * then: several would be wrapped in DataParallel, which 4-bit weights do not survive.
 */
export async function placementVariables(context: Context, { cards, processes }: Placement): Promise<Record<string, string>> {
  if (deviceOf(context) === 'cpu') return { CUDA_VISIBLE_DEVICES: '' };
  const visible = context.host.env.CUDA_VISIBLE_DEVICES;
  const shown = cards.length > 0 ? cards : together(await usableCards(context, await driverAnswers(context))).slice(0, 1);
  const { CUDA_VISIBLE_DEVICES: ids } = shown.length > 0 ? cardVariables(shown, visible) : { CUDA_VISIBLE_DEVICES: visible ?? '0' };
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: ids.split(',').slice(0, processes).join(',') };
}
