import type { Context } from '../../engine/context';
import { chooseProfileFor } from '../../environments/profile/choose';
import type { ProfileChoice } from '../../environments/profile/decide';
import { machineWith } from '../../environments/profile/machine-of-choice';
import { modelsOf } from '../../hub/model/models';
import { attentionOf } from '../../knowledge/attention';
import type { KnownShape } from '../../knowledge/known-models';
import { type RentedCard, rentedCards } from '../../knowledge/rented-cards';
import { lacks, requirementsOf } from '../driver/requirements';
import { type Estimate, estimate } from '../memory/memory';
import { modelTypeOf, shapeOf } from '../memory/shape';
import { memoryConfigFor, memoryConfigOf, type TrainingMemoryConfig } from '../memory/training-memory-config';

/** Room to spare, as a share of the estimate: the estimate is right within so much (docs/GPU.md). */
export const spareShare = 0.15;

/** One model on one card. */
export interface CardFit {
  card: RentedCard;
  model: string;
  estimate: Estimate;
  /** With the attention that the profile for this card takes. */
  plan: TrainingMemoryConfig;
  /** `barely`: with less room to spare than the estimate may be off. */
  fits: 'yes' | 'barely' | 'no';
  /** Bytes; negative where it does not fit. */
  spareBytes: number;
  /** The largest batch that keeps the effective batch, and has room to spare. */
  largest: { batchSize: number; accumulationSteps: number } | undefined;
  /** Why the card cannot train it, whatever its memory. */
  obstacle: string | undefined;
}

/** How each model of the run does on each card that can be rented; the names of models of no known shape apart. */
export function cardFits(context: Context): { fits: CardFit[]; unknown: string[] } {
  const choices = new Map<string, ProfileChoice>();
  const choiceFor = ({ card }: RentedCard): ProfileChoice => {
    const key = `${card.capability} ${card.arch}`;
    const choice = choices.get(key) ?? chooseProfileFor(context, machineWith(card));
    choices.set(key, choice);
    return choice;
  };
  const models = modelsOf(context).map((model) => ({
    name: model.name,
    type: modelTypeOf(context, model),
    shape: shapeOf(context, model),
  }));
  return {
    fits: models.flatMap(({ name, type, shape }) =>
      shape ? rentedCards.map((card) => fitOf(context, { name, type, shape }, card, choiceFor(card))) : [],
    ),
    unknown: models.filter(({ shape }) => !shape).map(({ name }) => name),
  };
}

function fitOf(
  { settings }: Context,
  model: { name: string; type: string | undefined; shape: KnownShape },
  card: RentedCard,
  choice: ProfileChoice,
): CardFit {
  const { name, type, shape } = model;
  const plan = memoryConfigFor(memoryConfigOf(settings.training), attentionOf(type, choice.versions));
  const need = estimate(shape, plan);
  const spareBytes = card.memoryBytes - need.total;
  const [lacking] = lacks(card.card.capability, requirementsOf(settings.training));
  const obstacle = lacking ?? choice.obstacle?.text;
  const fits = obstacle !== undefined || spareBytes < 0 ? 'no' : spareBytes < need.total * spareShare ? 'barely' : 'yes';
  const largest = obstacle === undefined ? largestBatch(shape, plan, card.memoryBytes) : undefined;
  return { card, model: name, estimate: need, plan, fits, spareBytes, largest, obstacle };
}

/**
 * The largest batch that fits with room to spare, among those that keep the effective batch.
 * @param memoryBytes of the card
 */
export function largestBatch(shape: KnownShape, plan: TrainingMemoryConfig, memoryBytes: number): CardFit['largest'] {
  const effective = plan.batchSize * plan.accumulationSteps;
  for (let batchSize = effective; batchSize > 0; batchSize--) {
    if (effective % batchSize !== 0) continue;
    const accumulationSteps = effective / batchSize;
    if (estimate(shape, { ...plan, batchSize, accumulationSteps }).total * (1 + spareShare) <= memoryBytes)
      return { batchSize, accumulationSteps };
  }
  return undefined;
}
