import { bytes, plural } from '../common/format';
import type { Context } from '../engine/context';
import type { Table } from '../engine/step';
import type { Gpu } from './driver/query-driver';
import { cardVariables, together, visiblePart } from './driver/select-cards';
import type { GpuLook } from './look';
import type { Estimate } from './memory/memory';
import { batchText, parallelOf } from './memory/parallel';
import { memoryConfigOf } from './memory/training-memory-config';

/** The cards in one line, with what the training makes of them. */
export function layerSentence({ usable, answers, torch, verdicts, layers }: GpuLook): string {
  const shown = together(usable);
  const [first] = shown;
  if (!first) return 'no usable GPU';
  const part = first.mig === 'enabled' ? visiblePart(first, answers.visible) : undefined;
  const names = `${[...new Set(shown.map(({ name }) => name))].join(', ')}${part ? ` MIG ${part.profile}` : ''}`;
  const cards = shown.length > 1 ? `${shown.length} × ${names}` : names;
  // The free memory of a card that is split is not that of its part.
  const free = (part ? [] : shown).map(({ memoryFreeBytes }) => memoryFreeBytes).filter((value) => value !== undefined);
  const parts = [
    `${cards}${first.capability ? `, capability ${first.capability}` : ''}${free.length > 0 ? `, ${bytes(Math.max(...free))} free` : ''}`,
    `driver ${first.driver ?? 'unknown'}${answers.cudaOfDriver ? ` for CUDA up to ${answers.cudaOfDriver}` : ''}${torch ? `, torch ${torch.version} built for CUDA ${torch.cuda}` : ''}`,
  ];
  const memory = layers.find(({ name }) => name === 'memory');
  if (verdicts.length > 0 && memory?.state === 'ok') parts.push(memory.found);
  return parts.join('; ');
}

/** Layer by layer, the cards under the driver, the parts of the memory under the memory. */
export function gpuTable(context: Context, { layers, answers, usable, verdicts, torch }: GpuLook): Table {
  const rows: Table = [['layer', 'state', 'what was found']];
  for (const { name, state, found } of layers) {
    const three = name === 'cuda' && state === 'ok' && torch ? `; torch is built for ${torch.cuda}, which is the one that counts` : '';
    rows.push([name, state, found === state ? '' : found.replace(`${state}: `, '') + three]);
    if (name === 'driver')
      for (const gpu of answers.gpus) rows.push([`  GPU ${gpu.index}`, usable.includes(gpu) ? 'usable' : '', cardText(gpu)]);
    if (name === 'driver') for (const text of answers.lost) rows.push(['  a GPU', 'lost', text]);
    if (name === 'driver' && together(usable).length > 1) rows.push(['  the set', '', setText(context, together(usable))]);
    if (name === 'memory') for (const { model, estimate } of verdicts) rows.push([`  ${model}`, '', partsText(estimate)]);
  }
  return rows;
}

function cardText({ name, capability, memoryTotalBytes, memoryFreeBytes, mig, migDevices }: Gpu): string {
  // nvidia-smi's own number beside ours: the 24 GB of a card's name are 24576 MiB.
  const total = memoryTotalBytes === undefined ? 'memory unknown' : `${memoryTotalBytes / 2 ** 20} MiB (${bytes(memoryTotalBytes)})`;
  const free = memoryFreeBytes === undefined ? 'free unknown' : `${bytes(memoryFreeBytes)} free`;
  const parts = mig === 'enabled' ? `, MIG: ${migDevices.map(({ profile }) => profile).join(', ') || 'no device'}` : '';
  return `${name}, capability ${capability ?? 'unknown'}, ${total}, ${free}${parts}`;
}

function setText({ settings }: Context, cards: readonly Gpu[]): string {
  const plan = memoryConfigOf(settings.training);
  const total = cards.reduce((sum, { memoryTotalBytes }) => sum + (memoryTotalBytes ?? 0), 0);
  const batch = batchText(plan, parallelOf(plan, cards.length));
  return `${plural(cards.length, 'GPU')}, ${bytes(total)} together; each holds a whole copy of the model: ${batch}`;
}

const labels: Readonly<Record<Exclude<keyof Estimate, 'total'>, string>> = {
  weights: 'weights',
  lora: 'LoRA',
  optimizer: 'optimizer',
  activations: 'activations',
  logits: 'logits',
  allocator: 'allocator',
  context: 'CUDA context',
};

/** The estimate as a sum. */
export const partsText = (estimate: Estimate): string =>
  `${bytes(estimate.total)} = ${Object.entries(labels)
    .map(([key, label]) => `${label} ${bytes(estimate[key as keyof Estimate])}`)
    .join(' + ')}`;

/** What `--json` carries beside the finding. */
export function gpuData({ layers, answers, torch, usable, verdicts, warnings }: GpuLook): Record<string, unknown> {
  return {
    layers,
    driver: answers.gpus[0]?.driver ?? null,
    cuda: { driver: answers.cudaOfDriver ?? null, toolkit: answers.cudaOfToolkit ?? null, torch: torch?.cuda ?? null },
    torch: torch ?? null,
    gpus: answers.gpus.map((gpu) => ({
      index: gpu.index,
      uuid: gpu.uuid ?? null,
      name: gpu.name,
      capability: gpu.capability ?? null,
      memoryTotalBytes: gpu.memoryTotalBytes ?? null,
      memoryFreeBytes: gpu.memoryFreeBytes ?? null,
      mig: gpu.migDevices.map(({ profile, uuid }) => ({ profile, uuid })),
      processes: gpu.processes,
      usable: usable.includes(gpu),
    })),
    lost: answers.lost,
    ...(usable.length > 0 ? { cards: cardVariables(usable, answers.visible) } : {}),
    memory: verdicts,
    warnings,
  };
}
