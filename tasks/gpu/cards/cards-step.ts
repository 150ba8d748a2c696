import { bytes, plural, some } from '../../common/format';
import type { Step, Table } from '../../engine/step';
import { shapesOf } from '../look';
import { targetsFault } from '../memory/targets-fault';
import { memoryConfigOf } from '../memory/training-memory-config';
import { type CardFit, cardFits, spareShare } from './card-fits';

/** Which cards the training fits on, for choosing one to rent: no GPU is looked at. */
export const cardsStep: Step = {
  name: 'gpu-cards',
  title: 'Compare the training with the cards that can be rented',
  async check(context) {
    const plan = memoryConfigOf(context.settings.training);
    const wrong = targetsFault(await shapesOf(context), plan.targetModules);
    if (wrong) return { state: 'blocked', ...wrong };
    const { fits, unknown } = cardFits(context);
    const texts = [...textsOf(fits), ...unknown.map((name) => `${name}: its shape is not known before it is downloaded`)];
    const data = { plan, spareShare, cards: fits.map(dataOf), unknown };
    return { state: fits.length > 0 ? 'done' : 'unknown', found: texts.join('; '), table: rowsOf(fits), data };
  },
};

/** One sentence for each model. */
function textsOf(fits: readonly CardFit[]): string[] {
  return [...new Set(fits.map(({ model }) => model))].map((name) => {
    const all = fits.filter(({ model }) => model === name);
    const needs = [...new Set(all.filter(({ obstacle }) => !obstacle).map(({ estimate }) => bytes(estimate.total)))];
    const good = all.filter((fit) => fit.fits === 'yes');
    const cheapest = good.filter(({ card }) => card.priceClass === good[0]?.card.priceClass).map(({ card }) => card.title);
    const least = good.length > 0 ? `; cheapest class: ${some(cheapest)}` : '';
    return `${name} needs ${needs.join(' or ')}, and has room to spare on ${good.length} of ${plural(all.length, 'card')}${least}`;
  });
}

/** The first row is the heading; models are named where there are several. */
function rowsOf(fits: readonly CardFit[]): Table {
  const several = new Set(fits.map(({ model }) => model)).size > 1;
  const row = (model: string, ...cells: string[]) => (several ? [model, ...cells] : cells);
  return [
    row('model', 'card', 'memory', 'fits', 'to spare', 'largest batch'),
    ...fits.map((fit) => {
      const { model, card, obstacle, spareBytes, largest } = fit;
      const spare = spareBytes < 0 ? `${bytes(-spareBytes)} too little` : bytes(spareBytes);
      return row(
        model,
        card.title,
        bytes(card.memoryBytes),
        obstacle ? `no: ${obstacle}` : fit.fits,
        obstacle ? '' : spare,
        largest ? `${largest.batchSize} × ${largest.accumulationSteps}` : obstacle ? '' : 'none',
      );
    }),
  ];
}

const dataOf = ({ card, model, estimate, plan, fits, spareBytes, largest, obstacle }: CardFit) => ({
  model,
  card: card.title,
  capability: card.card.capability,
  priceClass: card.priceClass,
  memoryBytes: card.memoryBytes,
  needBytes: estimate.total,
  attention: plan.attention,
  fits,
  spareBytes,
  largestBatch: largest ?? null,
  obstacle: obstacle ?? null,
  names: { skypilot: card.skypilot, dstack: card.dstack ?? null },
});
