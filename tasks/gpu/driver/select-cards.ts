import type { DriverAnswers, Gpu } from './query-driver';

/** The cards that `CUDA_VISIBLE_DEVICES` leaves: numbers or the beginning of a UUID; all behind a wrong entry are hidden. */
export function cudaVisibleDevices(gpus: readonly Gpu[], visible: string | undefined): Gpu[] {
  if (visible === undefined) return [...gpus];
  const seen: Gpu[] = [];
  for (const entry of visible.split(',').map((text) => text.trim())) {
    const gpu = gpus.find((one) => isNamedBy(entry, one));
    if (!gpu) break;
    if (!seen.includes(gpu)) seen.push(gpu);
  }
  return seen;
}

function isNamedBy(entry: string, { index, uuid, migDevices }: Gpu): boolean {
  if (entry === '') return false;
  return (
    entry === String(index) || (/^GPU-/.test(entry) && uuid?.startsWith(entry) === true) || migDevices.some((mig) => mig.uuid === entry)
  );
}

/**
 * Variables that show CUDA these cards alone, in this order. By UUID: CUDA counts the fastest first, `nvidia-smi` by the
 * PCI bus, and a number means another card to each on a machine of mixed cards.
 */
export interface CardVariables {
  /** Where a UUID is not known, numbers have to do: these are `nvidia-smi`'s. */
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID';
  CUDA_VISIBLE_DEVICES: string;
}

/** The variables for these cards; of one that is split by MIG its parts, or those that `CUDA_VISIBLE_DEVICES` names already. */
export function cardVariables(cards: readonly Gpu[], visible?: string): CardVariables {
  const named = visible?.split(',').map((entry) => entry.trim()) ?? [];
  const ids = cards.flatMap(({ uuid, mig, migDevices }) => {
    if (mig !== 'enabled') return [uuid];
    const parts = migDevices.map((part) => part.uuid);
    const chosen = parts.filter((part) => named.includes(part));
    return chosen.length > 0 ? chosen : parts;
  });
  const all = ids.every((id) => id !== undefined) ? ids : cards.map(({ index }) => index);
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: all.join(',') };
}

/** The command that leaves these cards to every program of a shell. */
export const exportCards = (cards: readonly Gpu[]): string => {
  const { CUDA_DEVICE_ORDER, CUDA_VISIBLE_DEVICES } = cardVariables(cards);
  return `export CUDA_DEVICE_ORDER=${CUDA_DEVICE_ORDER} CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES}`;
};

/** A word where `CUDA_VISIBLE_DEVICES` has numbers that CUDA itself counts otherwise than `nvidia-smi`. */
export function orderWarning({ gpus, visible, order }: DriverAnswers, seen: readonly Gpu[]): string | undefined {
  const isMixed = new Set(gpus.map(({ name }) => name)).size > 1;
  if (!isMixed || order === 'PCI_BUS_ID' || visible === undefined || !/^\s*\d/.test(visible)) return undefined;
  const cards = seen.map(({ index, name }) => `GPU ${index} (${name})`).join(', ');
  return `\`CUDA_VISIBLE_DEVICES=${visible}\` is ${cards} here, as \`nvidia-smi\` counts; CUDA by itself counts the fastest card first, and may take another: \`${exportCards(seen)}\` names the same for both`;
}
