import type { DriverAnswers, Gpu } from '../driver/query-driver';
import { cudaVisibleDevices } from '../driver/select-cards';
import type { TorchProbe } from '../torch/torch-half';
import { contextBytes } from './memory';

/** Memory of one device: a card, or a MIG device of one. */
export interface DeviceMemory {
  index: number;
  name: string;
  freeBytes: number | undefined;
  totalBytes: number | undefined;
  processes: Gpu['processes'];
}

/** One of torch's devices. */
export interface Card {
  gpu: Gpu;
  usable: boolean;
}

/** The cards as torch counts them; empty where they are split by MIG, and it counts the parts. */
export function torchOrder({ gpus, visible }: DriverAnswers, usable: readonly Gpu[]): Card[] {
  if (gpus.some(({ mig }) => mig === 'enabled')) return [];
  return cudaVisibleDevices(gpus, visible).map((gpu) => ({ gpu, usable: usable.includes(gpu) }));
}

/** The memory of a card as `nvidia-smi` tells it. */
export function memoryByDriver({ index, name, memoryFreeBytes, memoryTotalBytes, processes, mig, migDevices }: Gpu): DeviceMemory {
  if (mig !== 'enabled') return { index, name, freeBytes: memoryFreeBytes, totalBytes: memoryTotalBytes, processes };
  // The numbers are those of the whole card; a program gets one of its parts.
  const known = migDevices.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  const largest = known.length > 0 ? Math.max(...known) : undefined;
  const parts = migDevices.map(({ profile }) => profile).join(', ');
  return { index, name: `${name}, MIG ${parts}`, freeBytes: largest, totalBytes: largest, processes };
}

/** The memory as torch measured it. Where torch has as many devices as there are cards, they are the same in the same order. */
export function memoryByTorch({ devices }: TorchProbe, cards: readonly Card[], gpus: readonly Gpu[]): DeviceMemory[] {
  const same = devices.length === cards.length;
  return devices.flatMap(({ index, name, freeBytes, totalBytes }, position) => {
    const card = same ? cards[position] : undefined;
    if (card && !card.usable) return [];
    return {
      index: card?.gpu.index ?? index,
      name,
      // What the look itself took is free again by now, and counted in the estimate.
      freeBytes: freeBytes === undefined ? undefined : Math.min(freeBytes + contextBytes, totalBytes ?? Number.POSITIVE_INFINITY),
      totalBytes,
      processes: (card?.gpu ?? gpus.find((gpu) => gpu.name === name))?.processes ?? [],
    };
  });
}
