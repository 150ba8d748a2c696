import type { MigDevice } from '../driver/nvidia-smi';
import type { DriverAnswers, Gpu } from '../driver/query-driver';
import { cudaVisibleDevices, together, visiblePart } from '../driver/select-cards';
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

/** The cards as torch counts them; where one is split by MIG those alone that can be shown together, of which it may be a part. */
export function torchOrder({ gpus, visible }: DriverAnswers, usable: readonly Gpu[]): Card[] {
  if (gpus.some(({ mig }) => mig === 'enabled'))
    return together(usable).map((gpu) => ({ gpu: { ...gpu, processes: memoryByDriver(gpu, visible).processes }, usable: true }));
  return cudaVisibleDevices(gpus, visible).map((gpu) => ({ gpu, usable: usable.includes(gpu) }));
}

/** The memory of a card as `nvidia-smi` tells it; of one that is split that of the part which CUDA shows. */
export function memoryByDriver(gpu: Gpu, visible?: string): DeviceMemory {
  const { index, name, memoryFreeBytes, memoryTotalBytes, processes } = gpu;
  if (gpu.mig !== 'enabled') return { index, name, freeBytes: memoryFreeBytes, totalBytes: memoryTotalBytes, processes };
  const part = visiblePart(gpu, visible);
  // The numbers of the card are those of the whole of it, and so are programs that are not said to be in this part.
  const inPart = processes.filter(({ uuid }) => uuid === part?.uuid);
  const taken = inPart.reduce((sum, { usedBytes }) => sum + (usedBytes ?? 0), 0);
  const totalBytes = part?.memoryBytes;
  const freeBytes = totalBytes === undefined ? undefined : Math.max(0, totalBytes - taken);
  return { index, name: `${name}, MIG ${part?.profile ?? 'of an unknown size'}`, freeBytes, totalBytes, processes: inPart };
}

/**
 * The parts of split cards that a person could name in the place of the one that CUDA shows. In a job of a cluster what is not given
 * to it belongs to others.
 */
export const otherParts = ({ machine, gpus }: DriverAnswers): readonly MigDevice[] =>
  machine.scheduler?.inJob ? [] : gpus.flatMap(({ migDevices }) => migDevices);

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
