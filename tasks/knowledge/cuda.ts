/**
 * What a driver and a card can do, beside the builds of known-builds.ts. To extend it, add a line.
 * Sources: CUDA Toolkit Release Notes, tables "CUDA Toolkit and Minimum Required Driver Version for CUDA Minor Version
 * Compatibility" and "CUDA Toolkit and Corresponding Driver Versions"; CUDA C Programming Guide, "Compute Capabilities".
 */

/** The branch of the driver that runs every card from Maxwell to Blackwell, and every CUDA that is asked for here. Source: its release notes; later ones leave Maxwell, Pascal and Volta out. */
export const driverOfEveryCard = '580';

/** The newest CUDA that a branch of the driver supports: what the head of `nvidia-smi` says. */
export const newestCuda: Readonly<Record<string, string>> = {
  '450': '11.0',
  '455': '11.1',
  '460': '11.2',
  '465': '11.3',
  '470': '11.4',
  '495': '11.5',
  '510': '11.6',
  '515': '11.7',
  '520': '11.8',
  '525': '12.0',
  '530': '12.1',
  '535': '12.2',
  '545': '12.3',
  '550': '12.4',
  '555': '12.5',
  '560': '12.6',
  '565': '12.7',
  '570': '12.8',
  '575': '12.9',
  '580': '13.0',
  '590': '13.1',
  '610': '13.3',
};

/** Cards that do all that is asked here, as a person looks for one. */
export const goodCards = {
  capability: '8.0',
  few: 'A100, 3090, 4090, H100',
  all: 'Ampere to Blackwell: A100, 3090, 4090, L40S, H100, H200, 5090, B200',
} as const;

/** Least compute capability: bfloat16 and FlashAttention 2 came with Ampere, the 4-bit kernels of bitsandbytes need Pascal. */
export const leastCapability = { bfloat16: '8.0', flashAttention: '8.0', fourBit: '6.0' } as const;
