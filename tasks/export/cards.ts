import { bytes, some } from '../common/format';
import type { CardFit } from '../gpu/cards/card-fits';
import type { RentedCard } from '../knowledge/rented-cards';
import type { Job } from './job';

/** The engine may go on to cards of so many classes above the cheapest one that does. */
const classesAbove = 2;

/** The cards that an engine may choose from, the cheapest class first, and those that fit and are left out. */
export interface Offer {
  cards: readonly RentedCard[];
  dear: readonly RentedCard[];
}

/** @param knows whether the engine has a name for the card */
export function offerOf({ fits }: Pick<Job, 'fits'>, knows: (card: RentedCard) => boolean): Offer {
  const good = fits.filter((fit: CardFit) => fit.fits === 'yes' && knows(fit.card)).map(({ card }) => card);
  const cheapest = good[0]?.priceClass ?? 0;
  return {
    cards: good.filter(({ priceClass }) => priceClass <= cheapest + classesAbove),
    dear: good.filter(({ priceClass }) => priceClass > cheapest + classesAbove),
  };
}

/** Which cards are left out, as a sentence; none where none is. */
export const dearText = ({ dear }: Offer): string[] =>
  dear.length > 0
    ? [
        `Left out, since an hour costs many times as much: ${some(
          dear.map(({ title }) => title),
          10,
        )}.`,
      ]
    : [];

/** `25.8 GB` */
export const sizeText = ({ memoryBytes }: RentedCard): string => bytes(memoryBytes);
