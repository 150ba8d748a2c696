import { some } from '../../common/format';
import type { CheckpointFault } from '../models/fault';
import type { Header, Tensor } from '../safetensors/header';
import { type AdapterConfig, isTarget, rankOf } from './config';

/** The two matrices of one module. */
interface Pair {
  a?: Tensor;
  b?: Tensor;
  embedding: boolean;
}

const floats = ['F64', 'F32', 'F16', 'BF16'];
const name = /^base_model\.model\.(.+)\.lora_(?:(A|B)\.weight|embedding_(A|B))$/;

/**
 * Holds the tensors of a LoRA adapter against its configuration and, where they are known, the base model's.
 * @param base tensors of the base model by name; `undefined` where it is not on this machine
 */
export function tensorFaults(config: AdapterConfig, { tensors }: Header, base: ReadonlyMap<string, Tensor> | undefined): CheckpointFault[] {
  const pairs = pairsOf(tensors);
  const faults: CheckpointFault[] = [];
  const add = (problem: CheckpointFault['problem'], wrong: readonly string[]) => {
    if (wrong.length > 0) faults.push({ problem, message: some(wrong, 3) });
  };
  if (pairs.size === 0) return [{ problem: 'adapter-target', message: 'holds no `lora_A` and `lora_B` of any module' }];
  const entries = [...pairs];
  add(
    'adapter-shape',
    entries.filter(([, { a, b }]) => !a || !b).map(([module, { a }]) => `\`${module}\` has no \`lora_${a ? 'B' : 'A'}\``),
  );
  add(
    'adapter-dtype',
    [...tensors]
      .filter(([, { dtype }]) => !floats.includes(dtype))
      .map(([tensor, { dtype }]) => `\`${tensor}\` is ${dtype}, a float type is needed`),
  );
  add(
    'adapter-target',
    entries.filter(([module]) => !isTarget(module, config.targets)).map(([module]) => `\`${module}\` is none of \`target_modules\``),
  );
  add(
    'adapter-rank',
    entries.flatMap(([module, pair]) => rankFault(module, pair, rankOf(module, config))),
  );
  if (!base) return faults;
  const find = finder(base);
  add(
    'adapter-base',
    entries.filter(([module]) => !find(module)).map(([module]) => `\`${module}\` is not a module of the base model`),
  );
  add(
    'adapter-shape',
    entries.flatMap(([module, pair]) => shapeFault(module, pair, find(module), config.transposed)),
  );
  return faults;
}

/** Targets of the configuration that the base model does not have, and targeted modules without weights here. */
export function targetFaults(
  config: AdapterConfig,
  { tensors }: Header,
  base: ReadonlyMap<string, Tensor>,
  tied: boolean,
): CheckpointFault[] {
  const modules = modulesOf(base);
  if (typeof config.targets === 'string') {
    const none = config.targets !== 'all-linear' && !modules.some((module) => isTarget(module, config.targets));
    return none ? [{ problem: 'adapter-target', message: `targets \`${config.targets}\`, which no module of the base model matches` }] : [];
  }
  // An output layer that shares the embedding's weights has none of its own in the files.
  const absent = config.targets.filter(
    (target) => !modules.some((module) => isTarget(module, [target])) && !(tied && target.endsWith('lm_head')),
  );
  if (absent.length > 0)
    return [
      {
        problem: 'adapter-target',
        message: `targets ${some(absent.map((target) => `\`${target}\``))}, which the base model does not have`,
      },
    ];
  if (config.someLayers) return [];
  const adapted = pairsOf(tensors);
  const bare = modules.filter(
    (module) =>
      isTarget(module, config.targets) && !isTarget(module, config.excluded) && ![...adapted.keys()].some((one) => isSame(one, module)),
  );
  return bare.length > 0 ? [{ problem: 'adapter-target', message: `targets ${some(bare, 2)}, for which the adapter has no weights` }] : [];
}

function pairsOf(tensors: Header['tensors']): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const [tensor, info] of tensors) {
    const [, module, linear, embedding] = name.exec(tensor) ?? [];
    if (module === undefined) continue;
    const pair = pairs.get(module) ?? { embedding: embedding !== undefined };
    if ((linear ?? embedding) === 'A') pair.a = info;
    else pair.b = info;
    pairs.set(module, pair);
  }
  return pairs;
}

function rankFault(module: string, { a, b }: Pair, rank: number): string[] {
  const [inA, inB] = [a?.shape[0], b?.shape[1]];
  if ((a && inA !== rank) || (b && inB !== rank)) return [`\`${module}\` has rank ${inA ?? inB}, the configuration says ${rank}`];
  return [];
}

function shapeFault(module: string, { a, b, embedding }: Pair, weight: Tensor | undefined, transposed: boolean): string[] {
  // Weights that were packed into 4 bits no longer show their shape.
  if (!weight || !a || !b || weight.shape.length !== 2 || !floats.includes(weight.dtype)) return [];
  const [rows, columns] = weight.shape;
  const [into, out] = embedding || transposed ? [rows, columns] : [columns, rows];
  if (a.shape[1] === into && b.shape[0] === out) return [];
  return [`\`${module}\` goes from ${a.shape[1]} to ${b.shape[0]}, the base model's from ${into} to ${out}`];
}

const modulesOf = (base: ReadonlyMap<string, Tensor>): string[] =>
  [...base]
    .filter(([tensor, { shape }]) => tensor.endsWith('.weight') && shape.length >= 2)
    .map(([tensor]) => tensor.slice(0, -'.weight'.length));

/** One module under two names: a checkpoint of the inner model lacks the outer one's prefix. */
const isSame = (one: string, other: string): boolean => one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);

function finder(base: ReadonlyMap<string, Tensor>): (module: string) => Tensor | undefined {
  return (module) => {
    const exact = base.get(`${module}.weight`);
    if (exact) return exact;
    const alike = [...base.keys()].find((tensor) => tensor.endsWith('.weight') && isSame(tensor.slice(0, -'.weight'.length), module));
    return alike === undefined ? undefined : base.get(alike);
  };
}
