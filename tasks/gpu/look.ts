import { plural } from '../common/format';
import type { Context } from '../engine/context';
import { chooseProfile } from '../environments/profile/choose';
import { trainingVersions } from '../environments/training/fingerprint';
import { trainingPrefix, trainingPython } from '../environments/training/locate';
import { modelsOf } from '../hub/model/models';
import { attentionOf } from '../knowledge/attention';
import { type DriverAnswers, driverAnswers, type Gpu } from './driver/query-driver';
import { requirementsOf } from './driver/requirements';
import { cardVariables, together } from './driver/select-cards';
import { allLayers, brokenOf, type GpuLayer, type LayerFault } from './layer';
import type { Wanted } from './layers/card-faults';
import { driverLayers } from './layers/driver-layers';
import { heldFault } from './layers/held-card';
import { type Card, memoryByDriver, memoryByTorch, otherParts, torchOrder } from './memory/device-memory';
import { judgeMemory, type MemoryJudgement, type ModelShape } from './memory/memory-layer';
import { modelTypeOf, shapeOf } from './memory/shape';
import { memoryConfigOf } from './memory/training-memory-config';
import { queryTorch } from './torch/query-torch';
import type { TorchProbe } from './torch/torch-half';
import { torchLayers } from './torch/torch-layers';

/** All that a look at the GPU found. */
export interface GpuLook {
  layers: GpuLayer[];
  broken: (LayerFault & { name: GpuLayer['name'] }) | undefined;
  warnings: string[];
  answers: DriverAnswers;
  torch: TorchProbe['torch'];
  /** The cards that the training can use. */
  usable: Gpu[];
  verdicts: MemoryJudgement['verdicts'];
  /** False where the environment is not there yet: torch could not be asked. */
  complete: boolean;
}

/**
 * Looks at each layer until one is broken. `driver` ends before the environment is asked, and judges the memory by
 * what `nvidia-smi` says.
 * @param fresh the driver is asked anew; else the steps of a run share what it said
 */
export async function lookAtGpu(context: Context, half: 'driver' | 'all', { fresh = half === 'all' } = {}): Promise<GpuLook> {
  const answers = await driverAnswers(context, { fresh });
  const wanted = await wantedOf(context);
  const { layers, warnings, usable } = driverLayers(answers, wanted);
  const python = half === 'all' ? trainingPython(context) : undefined;
  const look: GpuLook = { layers, broken: brokenOf(layers), warnings, answers, torch: undefined, usable, verdicts: [], complete: true };
  let rooms = together(usable).map((gpu) => memoryByDriver(gpu, answers.visible));
  if (!look.broken && python) {
    const cards = torchOrder(answers, usable);
    const found = await torchHalf(context, python, answers, { cards, choice: wanted.choice });
    look.torch = found.torch;
    layers.push(...found.layers);
    warnings.push(...found.warnings);
    look.broken = brokenOf(layers);
    rooms = memoryByTorch(found, cards, answers.gpus);
  }
  look.complete = python !== undefined || half === 'driver';
  if (!look.broken) {
    // Before a setup fetches anything it is enough that the card is large enough: the others may be gone by then.
    const judged = judgeMemory(rooms, await shapesOf(context), memoryConfigOf(context.settings.training), {
      othersMayEnd: half === 'driver',
      asked: context,
      parts: otherParts(answers),
      held: python === undefined ? heldByOthers(together(usable), answers) : undefined,
    });
    layers.push(judged.layer);
    warnings.push(...judged.warnings);
    look.verdicts = judged.verdicts;
    const { processes } = context.settings.training;
    const most = together(usable).length;
    if (processes > most && context.option('no-gpu') === undefined)
      warnings.push(
        `\`training.processes\` is ${processes}, and ${plural(most, 'GPU')} can be used together: \`train\` would refuse that (E_PROCESSES); 0 takes every one`,
      );
    look.broken = brokenOf(layers);
  }
  const why = look.broken ? 'not reached' : 'not reached: there is no training environment yet';
  return { ...look, layers: allLayers(layers, why), warnings: [...new Set(warnings)] };
}

/** Why none of these cards takes another program, where torch was not asked, which would say it. */
function heldByOthers(cards: readonly Gpu[], { visible }: DriverAnswers): LayerFault | undefined {
  const faults = cards.map((gpu) => heldFault(gpu, visible));
  return faults.every((fault) => fault !== undefined) ? faults[0] : undefined;
}

/** What a card is held against. */
const wantedOf = async (context: Context): Promise<Wanted> => ({
  ...requirementsOf(context.settings.training),
  choice: await chooseProfile(context),
});

/** The cards that pass every look at the driver, in the order of `CUDA_VISIBLE_DEVICES`. */
export const usableCards = async (context: Context, answers: DriverAnswers): Promise<Gpu[]> =>
  driverLayers(answers, await wantedOf(context)).usable;

async function torchHalf(
  context: Context,
  python: string,
  { gpus, cudaOfDriver, visible }: DriverAnswers,
  { cards, choice }: { cards: readonly Card[]; choice: Wanted['choice'] },
) {
  const { quantization } = context.settings.training;
  const types = [...new Set(['float32', quantization.compute_dtype])];
  const skip = quantization.load_in_4bit ? [] : ['bitsandbytes'];
  const prefix = trainingPrefix(context) ?? '';
  const devices = cards.flatMap((card, position) => (card.usable ? [position] : []));
  const shown = cards.map(({ gpu }) => gpu);
  const order = shown.length > 0 ? cardVariables(shown, visible) : undefined;
  const answers = await queryTorch(context, { python, prefix, types, quant: quantization.quant_type, skip, devices, order });
  const half = torchLayers(answers, { version: gpus[0]?.driver, cuda: cudaOfDriver, choice });
  if (skip.length > 0 && !brokenOf(half.layers))
    half.layers.push({ name: 'bitsandbytes', state: 'ok', found: 'not needed: `quantization.load_in_4bit` is false' });
  return half;
}

/** The shapes of the models that the run is about, with the attention that the environment's transformers takes for each. */
export async function shapesOf(context: Context): Promise<ModelShape[]> {
  const installed = trainingVersions(context);
  const versions = installed.size > 0 ? installed : (await chooseProfile(context)).versions;
  return modelsOf(context).map((model) => {
    const modelType = modelTypeOf(context, model);
    return { name: model.name, modelType, shape: shapeOf(context, model), attention: attentionOf(modelType, versions) };
  });
}

/** `model_type` of the first model that the run is about, where it is known. */
export function firstModelType(context: Context): string | undefined {
  const [first] = modelsOf(context);
  return first && modelTypeOf(context, first);
}
