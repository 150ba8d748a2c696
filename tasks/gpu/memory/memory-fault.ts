import { bytes } from '../../common/format';
import type { Asked } from '../../engine/command';
import type { KnownShape } from '../../knowledge/known-models';
import type { MigDevice } from '../driver/nvidia-smi';
import { fixBySettings } from '../fixes';
import type { LayerFault } from '../layer';
import type { DeviceMemory } from './device-memory';
import { leastBytes, suggestSettings, verdictText } from './suggest-settings';
import type { TrainingMemoryConfig } from './training-memory-config';

/** A device whose free memory is known. */
export type MeasuredMemory = DeviceMemory & { freeBytes: number };

/** What a cure goes by. */
export interface MemoryCure {
  /** What the run was asked for: the cure goes on with it. */
  asked?: Asked;
  /** Parts of split cards, one of which may be large enough. */
  parts?: readonly MigDevice[];
}

/**
 * Why a training does not fit on a device: others hold its memory (E_GPU_BUSY), or it is too small (E_GPU_MEMORY).
 * @param needBytes what the training of this model needs
 */
export function memoryFault(
  model: { name: string; shape: KnownShape },
  plan: TrainingMemoryConfig,
  needBytes: number,
  room: MeasuredMemory,
  { asked, parts = [] }: MemoryCure = {},
): LayerFault {
  const { name, shape } = model;
  const change = suggestSettings(shape, plan, room.freeBytes);
  const verdict = `${name} ${verdictText(needBytes, room.freeBytes, change)}`;
  const needed = `${bytes(needBytes)} of free GPU memory`;
  if (room.totalBytes !== undefined && needBytes <= room.totalBytes)
    return {
      code: 'E_GPU_BUSY',
      found: `GPU ${room.index} is in use: ${bytes(room.totalBytes - room.freeBytes)} of ${bytes(room.totalBytes)} are taken${takers(room)}; ${verdict}`,
      needed,
      fix: `let the others end (\`nvidia-smi\` shows them)${change ? `\nor take less: ${fixBySettings(change.settings, asked)}` : ''}`,
    };
  return {
    code: 'E_GPU_MEMORY',
    found: `${verdict}${room.totalBytes ? ` on GPU ${room.index} (${room.name})` : ''}`,
    needed,
    fix: [
      ...largeEnough(parts, needBytes).map(
        ({ uuid, profile }) => `\`export CUDA_VISIBLE_DEVICES=${uuid}\` takes the part ${profile}, which is large enough`,
      ),
      change
        ? fixBySettings(change.settings, asked)
        : `use a card with ${bytes(leastBytes(shape, plan))} free or more\nor enable a smaller model in configs/setup.remote.yaml`,
    ].join('\nor '),
  };
}

/** The smallest part that is large enough; none where none is. */
const largeEnough = (parts: readonly MigDevice[], needBytes: number): MigDevice[] =>
  parts
    .filter(({ memoryBytes = 0 }) => memoryBytes >= needBytes)
    .sort((one, other) => (one.memoryBytes ?? 0) - (other.memoryBytes ?? 0))
    .slice(0, 1);

function takers({ processes }: DeviceMemory): string {
  const named = processes.map(({ pid, name, usedBytes }) => `${name} (pid ${pid}${usedBytes ? `, ${bytes(usedBytes)}` : ''})`);
  return named.length > 0 ? ` by ${named.join(', ')}` : '';
}
