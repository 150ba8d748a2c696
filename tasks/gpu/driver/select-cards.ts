import type { MigDevice } from './nvidia-smi';
import type { DriverAnswers, Gpu } from './query-driver';
import { parseVisibleDevices } from './visible-devices';

/** The cards that `CUDA_VISIBLE_DEVICES` leaves; all behind an entry that names none are hidden, and all where one is named twice. */
export function cudaVisibleDevices(gpus: readonly Gpu[], visible: string | undefined): Gpu[] {
  if (visible === undefined) return [...gpus];
  const { kind, entries } = parseVisibleDevices(visible);
  const seen: Gpu[] = [];
  for (const entry of entries) {
    const named = gpus.filter((gpu) => isNamedBy(entry, gpu));
    const [gpu] = named;
    // The beginning of two UUIDs names neither.
    if (!gpu || named.length > 1) break;
    if (!seen.includes(gpu)) seen.push(gpu);
    // Two parts of a card are two devices; one card by two beginnings of its UUID is named twice.
    else if (kind === 'GPU') return [];
  }
  return seen;
}

function isNamedBy(entry: string, { index, uuid, migDevices }: Gpu): boolean {
  if (entry.startsWith('GPU-')) return uuid?.startsWith(entry) === true;
  if (entry.startsWith('MIG-')) return migDevices.some((part) => part.uuid === entry) || (uuid !== undefined && isPartOf(entry, uuid));
  return entry === String(index);
}

/** `MIG-GPU-…/1/0`, the name that drivers before 470 gave a part and later ones still take. */
const isPartOf = (entry: string, uuid: string): boolean => entry.startsWith(`MIG-${uuid}/`);

/** Why no card is left, where the value itself says it. */
export function whyNoneIsVisible(visible: string): string {
  const { repeated } = parseVisibleDevices(visible);
  return repeated === undefined ? '' : `: it names ${repeated} twice, and CUDA shows none then`;
}

/** Names of the parts of a split card that CUDA may take, the one that it takes first: those that the variable names, else all. */
function partNames({ uuid, migDevices }: Gpu, visible: string | undefined): string[] {
  const { kind, entries } = parseVisibleDevices(visible ?? '');
  const parts = migDevices.map((part) => part.uuid);
  const named = kind === 'MIG' ? entries.filter((entry) => parts.includes(entry) || (uuid !== undefined && isPartOf(entry, uuid))) : [];
  return named.length > 0 ? named : parts;
}

/**
 * The part of a split card that CUDA shows: the one that the variable names first, else the first of all. `undefined` where it is named
 * in a way that `nvidia-smi -L` does not show.
 * Source: NVIDIA Multi-Instance GPU User Guide, "Device Enumeration".
 */
export function visiblePart(gpu: Gpu, visible: string | undefined): MigDevice | undefined {
  const [first] = partNames(gpu, visible);
  return gpu.migDevices.length === 1 ? gpu.migDevices[0] : gpu.migDevices.find(({ uuid }) => uuid === first);
}

/**
 * Those of the cards that can train together: the whole ones, else the first that is split by MIG, since CUDA shows a process one part,
 * and no whole card beside it.
 */
export function together(cards: readonly Gpu[]): readonly Gpu[] {
  const whole = cards.filter(({ mig }) => mig !== 'enabled');
  return whole.length > 0 ? whole : cards.slice(0, 1);
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

/**
 * The variables for these cards, as far as CUDA shows them together; of one that is split by MIG its parts, or those that
 * `CUDA_VISIBLE_DEVICES` names already, in that order: CUDA takes the first.
 */
export function cardVariables(cards: readonly Gpu[], visible?: string): CardVariables {
  const shown = together(cards);
  const ids = shown.flatMap((gpu) => (gpu.mig === 'enabled' ? partNames(gpu, visible) : [gpu.uuid]));
  const all = ids.every((id) => id !== undefined) ? ids : shown.map(({ index }) => index);
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: all.join(',') };
}

/** The command that leaves these cards to every program of a shell. */
export const exportCards = (cards: readonly Gpu[], visible?: string): string => {
  const { CUDA_DEVICE_ORDER, CUDA_VISIBLE_DEVICES } = cardVariables(cards, visible);
  return `export CUDA_DEVICE_ORDER=${CUDA_DEVICE_ORDER} CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES}`;
};

/** A word where `CUDA_VISIBLE_DEVICES` has numbers that CUDA itself counts otherwise than `nvidia-smi`. */
export function orderWarning({ gpus, visible, order }: DriverAnswers, seen: readonly Gpu[]): string | undefined {
  const isMixed = new Set(gpus.map(({ name }) => name)).size > 1;
  if (!isMixed || order === 'PCI_BUS_ID' || visible === undefined || parseVisibleDevices(visible).kind !== 'number') return undefined;
  const cards = seen.map(({ index, name }) => `GPU ${index} (${name})`).join(', ');
  return `\`CUDA_VISIBLE_DEVICES=${visible}\` is ${cards} here, as \`nvidia-smi\` counts; CUDA by itself counts the fastest card first, and may take another: \`${exportCards(seen)}\` names the same for both`;
}
