import { bytes } from '../../common/format';
import type { Attention } from '../../knowledge/attention';
import type { KnownShape } from '../../knowledge/known-models';
import type { GpuLayer, LayerFault } from '../layer';
import type { DeviceMemory } from './device-memory';
import { type Estimate, estimate } from './memory';
import { type MeasuredMemory, type MemoryCure, memoryFault } from './memory-fault';
import { suggestSettings, verdictText } from './suggest-settings';
import { targetsFault } from './targets-fault';
import { memoryConfigFor, type TrainingMemoryConfig } from './training-memory-config';

/** A model of the settings. */
export interface ModelShape {
  name: string;
  /** `model_type` of its config.json, where it is known. */
  modelType?: string | undefined;
  /** `undefined` before the model is downloaded, where nothing is known of it. */
  shape: KnownShape | undefined;
  /** The attention that the environment's transformers takes for it by itself. */
  attention?: Attention;
}

/** What one model needs, and how that compares with each device. */
export interface MemoryVerdict {
  model: string;
  estimate: Estimate;
  devices: { index: number; freeBytes: number; fits: boolean; text: string }[];
}

/** The layer `memory`, with what it rests on. */
export interface MemoryJudgement {
  layer: GpuLayer;
  verdicts: MemoryVerdict[];
  warnings: string[];
}

/** How one model does; without a verdict where its shape is not known. */
interface JudgedModel {
  text: string;
  verdict?: MemoryVerdict;
  warnings?: readonly string[];
  fault?: LayerFault;
}

/** What the verdict is for. */
export interface MemoryQuestion extends MemoryCure {
  /** Memory that other programs hold now is no fault: the training comes later. */
  othersMayEnd: boolean;
  /** Why no card takes another program now, however much memory is free. */
  held?: LayerFault | undefined;
}

/**
 * Compares what the training needs with the free memory of each device. Each device holds a whole copy of the model,
 * so one that fits is enough; what does not fit anywhere, or beside others' programs, is told with the nearest change.
 */
export function judgeMemory(
  rooms: readonly DeviceMemory[],
  models: readonly ModelShape[],
  plan: TrainingMemoryConfig,
  { othersMayEnd, held, ...cure }: MemoryQuestion,
): MemoryJudgement {
  const measured = rooms.filter((room): room is MeasuredMemory => room.freeBytes !== undefined);
  const wrong = targetsFault(models, plan.targetModules);
  if (wrong) return { layer: { name: 'memory', state: 'broken', ...wrong }, verdicts: [], warnings: [] };
  if (held && !othersMayEnd) return { layer: { name: 'memory', state: 'broken', ...held }, verdicts: [], warnings: [] };
  const judged = models.map(({ name, shape, attention }) =>
    shape
      ? judgeModel({ name, shape }, measured, memoryConfigFor(plan, attention), cure)
      : { text: `${name}: its shape is not known before it is downloaded` },
  );
  const verdicts = judged.flatMap(({ verdict }) => verdict ?? []);
  const faults = judged.flatMap(({ fault }) => fault ?? []);
  const warnings = judged.flatMap((one) => one.warnings ?? []);
  const [first] = faults;
  const noneFits = first !== undefined && faults.length === verdicts.length;
  if (noneFits && !(othersMayEnd && faults.some(({ code }) => code === 'E_GPU_BUSY')))
    return { layer: { name: 'memory', state: 'broken', ...first }, verdicts, warnings };
  const state = measured.length > 0 && verdicts.length > 0 ? 'ok' : 'unknown';
  return {
    layer: { name: 'memory', state, found: judged.map(({ text }) => text).join('; ') },
    verdicts,
    warnings: [
      ...warnings,
      ...notMeasured(rooms),
      ...[...faults, ...(held ? [held] : [])].map(({ found, fix }) => `${found}; ${fix.split('\n')[0]}`),
    ],
  };
}

/** Devices that are not held against anything, beside others that are. */
const notMeasured = (rooms: readonly DeviceMemory[]): string[] =>
  rooms.some(({ freeBytes }) => freeBytes !== undefined)
    ? rooms.flatMap(({ index, freeBytes }) =>
        freeBytes === undefined ? [`the free memory of GPU ${index} is not known: nothing says that the training fits there`] : [],
      )
    : [];

function judgeModel(
  model: { name: string; shape: KnownShape },
  rooms: readonly MeasuredMemory[],
  plan: TrainingMemoryConfig,
  cure: MemoryCure,
): JudgedModel {
  const { name, shape } = model;
  const need = estimate(shape, plan);
  const devices = rooms.map(({ index, freeBytes }) => {
    const text = verdictText(need.total, freeBytes, suggestSettings(shape, plan, freeBytes));
    return { index, freeBytes, fits: need.total <= freeBytes, text };
  });
  const verdict = { model: name, estimate: need, devices };
  const warnings: string[] = [];
  const [best] = [...rooms].sort((one, other) => other.freeBytes - one.freeBytes);
  if (!best) return { text: `${name} needs ${bytes(need.total)}, and the free memory is not known here`, verdict, warnings };
  const text = `${name} ${devices.find(({ index }) => index === best.index)?.text}`;
  const spare = best.freeBytes - need.total;
  if (spare < 0) return { text, verdict, warnings, fault: memoryFault(model, plan, need.total, best, cure) };
  if (spare < need.total / 20) warnings.push(`${name} fits barely: the estimate is right within 15 %`);
  for (const device of devices)
    if (!device.fits) warnings.push(`${name} on GPU ${device.index}: ${device.text}; training on every GPU needs it to fit on each`);
  return { text, verdict, warnings };
}
