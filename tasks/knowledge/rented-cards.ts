import { cardNamed, type KnownCard } from './cards';

/**
 * Cards as they are rented: by size, with the names that SkyPilot and dstack know them by. To extend it, add a line.
 * Memory: `memory.total` of nvidia-smi, as reported for drivers 525 to 580; GDDR of a data center card has a sixteenth less than its
 * name says, which error correction takes. Names: those in the package of SkyPilot 0.14.1 (its hosted catalogue has some more, which no
 * package of it knows), and `KNOWN_NVIDIA_GPUS` of gpuhunt 0.1.34, which dstack asks; tests/export holds them to both.
 */

/** A card of one size. */
export interface RentedCard {
  card: KnownCard;
  /** With the size where the card is sold in several: `A100 80 GB`. */
  title: string;
  /** What `nvidia-smi` says it has (bytes). */
  memoryBytes: number;
  /** The size that its name says (GiB), by which dstack chooses. */
  nominalGb: number;
  /**
   * What an hour costs, as a class from the cheapest, 1: up to 16 GB, up to 24 GB, up to 48 GB, A100 and the like, H100 and the like,
   * Blackwell for data centers. The engine knows today's price; the order of the classes has been the same for years.
   */
  priceClass: number;
  /** Every name that SkyPilot has for it: providers write one card in several ways. */
  skypilot: readonly string[];
  /** `undefined` where dstack has none. */
  dstack: string | undefined;
}

/** Name of ours, size, memory (MiB), names of SkyPilot, name of dstack. */
type Row = readonly [title: string, nominalGb: number, memoryMib: number, skypilot: readonly string[], dstack?: string];

const classes: readonly (readonly Row[])[] = [
  [
    ['T4', 16, 15_360, ['T4'], 'T4'],
    ['P100', 16, 16_384, ['P100'], 'P100'],
    ['V100', 16, 16_384, ['V100'], 'V100'],
    ['A16', 16, 15_356, ['A16'], 'A16'],
    ['RTX 3060', 12, 12_288, [], 'RTX3060'],
    ['RTX 3080', 10, 10_240, ['RTX3080'], 'RTX3080'],
    ['RTX 4070', 12, 12_282, [], 'RTX4070'],
    ['RTX 2000 Ada', 16, 16_380, ['RTX2000-Ada'], 'RTX2000Ada'],
    ['RTX A4000', 16, 16_376, ['A4000', 'RTXA4000'], 'A4000'],
  ],
  [
    ['RTX A4500', 20, 20_470, ['RTXA4500'], 'A4500'],
    ['RTX 4000 Ada', 20, 20_475, ['RTX4000-Ada'], 'RTX4000Ada'],
    ['L4', 24, 23_034, ['L4'], 'L4'],
    ['A10', 24, 23_028, ['A10'], 'A10'],
    ['A10G', 24, 23_028, ['A10G'], 'A10G'],
    ['RTX 6000', 24, 24_576, ['RTX6000'], 'RTX6000'],
    ['A30', 24, 24_576, ['A30']],
    ['RTX A5000', 24, 24_564, ['A5000', 'RTXA5000'], 'A5000'],
    ['RTX 3090', 24, 24_576, ['RTX3090'], 'RTX3090'],
    ['RTX 4090', 24, 24_564, ['RTX4090'], 'RTX4090'],
  ],
  [
    ['V100', 32, 32_768, ['V100-32GB'], 'V100'],
    ['RTX 5090', 32, 32_607, ['RTX5090'], 'RTX5090'],
    ['A40', 48, 46_068, ['A40'], 'A40'],
    ['RTX A6000', 48, 49_140, ['A6000', 'RTXA6000'], 'A6000'],
    ['RTX 6000 Ada', 48, 49_140, ['RTX6000-Ada'], 'RTX6000Ada'],
    ['L40', 48, 46_068, ['L40'], 'L40'],
    ['L40S', 48, 46_068, ['L40S'], 'L40S'],
  ],
  [
    ['A100', 40, 40_960, ['A100'], 'A100'],
    ['A100', 80, 81_920, ['A100-80GB', 'A100-80GB-SXM'], 'A100'],
    ['RTX PRO 6000', 96, 97_887, ['RTXPRO6000', 'RTXPRO6000-WK'], 'RTXPRO6000'],
  ],
  [
    ['GH200', 96, 97_871, ['GH200'], 'GH200'],
    ['H100', 80, 81_559, ['H100', 'H100-SXM', 'H100-MEGA', 'H100-NVLINK'], 'H100'],
    ['H100', 94, 95_830, ['H100-NVL'], 'H100NVL'],
    ['H200', 141, 143_771, ['H200', 'H200-SXM'], 'H200'],
  ],
  [
    ['B200', 180, 183_359, ['B200'], 'B200'],
    ['B300', 270, 275_040, ['B300'], 'B300'],
  ],
];

const sizesOf = (title: string): number => classes.flat().filter(([other]) => other === title).length;

/** In the order in which a person would try them: the cheapest class first, in it by memory. */
export const rentedCards: readonly RentedCard[] = classes.flatMap((rows, index) =>
  rows
    .map(([title, nominalGb, memoryMib, skypilot, dstack]) => ({
      card: cardNamed(title) as KnownCard,
      title: sizesOf(title) > 1 ? `${title} ${nominalGb} GB` : title,
      memoryBytes: memoryMib * 2 ** 20,
      nominalGb,
      priceClass: index + 1,
      skypilot,
      dstack,
    }))
    .sort((one, other) => one.memoryBytes - other.memoryBytes),
);
