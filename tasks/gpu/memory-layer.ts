import { bytes } from '../core/text';
import type { GpuProcess } from '../parse/nvidia-smi';
import type { Layer, LayerFault } from './layer';
import { type Estimate, estimate, type TrainingPlan, unknownTargets } from './memory';
import { leastBytes, nearestChange, verdictText } from './nearest-change';
import type { Shape } from './shape';

/** Memory of one device: a card, or a MIG device of one. */
export interface Room {
  index: number;
  name: string;
  freeBytes: number | undefined;
  totalBytes: number | undefined;
  processes: readonly GpuProcess[];
}

export interface ModelShape {
  name: string;
  shape: Shape | undefined;
}

/** What one model needs, and how that compares with each device. */
export interface Verdict {
  model: string;
  estimate: Estimate;
  devices: { index: number; freeBytes: number; fits: boolean; text: string }[];
}

export interface MemoryJudgement {
  layer: Layer;
  verdicts: Verdict[];
  warnings: string[];
}

/**
 * Compares what the training needs with the free memory of each device. Each device holds a whole copy of the model,
 * so one that fits is enough; what does not fit anywhere, or beside others' programs, is told with the nearest change.
 * @param othersMayEnd memory that other programs hold now is no fault: the training comes later
 */
export function judgeMemory(
  rooms: readonly Room[],
  models: readonly ModelShape[],
  plan: TrainingPlan,
  othersMayEnd: boolean,
): MemoryJudgement {
  const warnings: string[] = [];
  const verdicts: Verdict[] = [];
  const faults: LayerFault[] = [];
  const texts: string[] = [];
  const measured = rooms.flatMap((room) => (room.freeBytes === undefined ? [] : [{ ...room, freeBytes: room.freeBytes }]));
  const best = [...measured].sort((a, b) => b.freeBytes - a.freeBytes)[0];
  for (const { name, shape } of models) {
    if (!shape) {
      texts.push(`${name}: its shape is not known before it is downloaded`);
      continue;
    }
    const unknown = unknownTargets(shape, plan);
    if (unknown.length > 0) warnings.push(`the memory of adapters on ${unknown.join(', ')} is not counted`);
    const need = estimate(shape, plan);
    const devices = measured.map(({ index, freeBytes }) => {
      const text = verdictText(need.total, freeBytes, nearestChange(shape, plan, freeBytes));
      return { index, freeBytes, fits: need.total <= freeBytes, text };
    });
    verdicts.push({ model: name, estimate: need, devices });
    if (!best) {
      texts.push(`${name} needs ${bytes(need.total)}, and the free memory is not known here`);
      continue;
    }
    texts.push(`${name} ${devices.find(({ index }) => index === best.index)?.text}`);
    const spare = best.freeBytes - need.total;
    if (spare < 0) faults.push(shortage(name, shape, plan, need.total, best));
    else if (spare < need.total / 20) warnings.push(`${name} fits barely: the estimate is right within 15 %`);
    for (const { index, fits, text } of devices)
      if (!fits && spare >= 0) warnings.push(`${name} on GPU ${index}: ${text}; training on every GPU needs it to fit on each`);
  }
  const found = texts.join('; ');
  const [first] = faults;
  if (first && faults.length === verdicts.length && !(othersMayEnd && faults.some(({ code }) => code === 'E_GPU_BUSY')))
    return { layer: { name: 'memory', state: 'broken', ...first }, verdicts, warnings };
  for (const { found: text, fix } of faults) warnings.push(`${text}; ${fix}`);
  return { layer: { name: 'memory', state: best && verdicts.length > 0 ? 'ok' : 'unknown', found }, verdicts, warnings };
}

function shortage(model: string, shape: Shape, plan: TrainingPlan, needBytes: number, room: Room & { freeBytes: number }): LayerFault {
  const change = nearestChange(shape, plan, room.freeBytes);
  const verdict = `${model} ${verdictText(needBytes, room.freeBytes, change)}`;
  const settings = Object.entries(change?.settings ?? {}).map(([name, value]) => `\`${name.replace(/^training\./, '')}: ${value}\``);
  const adjust = change && `set ${settings.join(' and ')} in configs/training_config.remote.yaml`;
  const needed = `${bytes(needBytes)} of free GPU memory`;
  if (room.totalBytes !== undefined && needBytes <= room.totalBytes) {
    const who = room.processes.map(({ pid, name, usedBytes }) => `${name} (pid ${pid}${usedBytes ? `, ${bytes(usedBytes)}` : ''})`);
    const taken = bytes(room.totalBytes - room.freeBytes);
    return {
      code: 'E_GPU_BUSY',
      found: `GPU ${room.index} is in use: ${taken} of ${bytes(room.totalBytes)} are taken${who.length > 0 ? ` by ${who.join(', ')}` : ''}; ${verdict}`,
      needed,
      fix: `let the others end (\`nvidia-smi\` shows them)${adjust ? `, or ${adjust}` : ''}`,
    };
  }
  return {
    code: 'E_GPU_MEMORY',
    found: `${verdict}${room.totalBytes ? ` on GPU ${room.index} (${room.name})` : ''}`,
    needed,
    fix: adjust ?? `use a card with ${bytes(leastBytes(shape, plan))} free or more, or a smaller model`,
  };
}
