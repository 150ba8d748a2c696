import { some } from '../../../common/format';
import { atLeast } from '../../../knowledge/satisfies';
import type { Header, Tensor } from '../../safetensors/header';
import type { BaseModules } from '../base/base-modules';
import type { AdapterConfig } from '../config';
import { refusedByParameters } from '../config-types';
import { type AdapterFindings, noFindings } from '../fault';
import type { Patterns } from './own-values';
import { isParameter, type Targets } from './targets';
import { readTensorName } from './tensor-names';

/** The matrices of one module. */
interface Pair {
  a?: Tensor;
  b?: Tensor;
  bias?: Tensor;
  magnitude?: Tensor;
  isEmbedding: boolean;
}

const floats = ['F64', 'F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'];

/**
 * Holds the matrices of a LoRA adapter against its configuration and, where they are known, the base model's modules.
 * @param base `undefined` where the model is not on this machine
 * @param transformers version of the environment that is to load it, where there is one
 */
export function loraFindings(
  config: AdapterConfig,
  { tensors }: Header,
  { targets, patterns }: { targets: Targets; patterns: Patterns },
  base: BaseModules | undefined,
  transformers: string | undefined,
): AdapterFindings {
  const pairs = pairsOf(tensors, base);
  const entries = [...pairs];
  const findings = noFindings();
  const add = (problem: AdapterFindings['weights'][number]['problem'], wrong: readonly string[], fix?: string) => {
    if (wrong.length > 0) findings.weights.push({ problem, message: some(wrong, 3), ...(fix === undefined ? {} : { fix }) });
  };
  if (pairs.size === 0 && config.tokens.size === 0) {
    add('adapter-target', ['holds no `lora_A` and `lora_B` of any module']);
    return findings;
  }
  add(
    'adapter-dtype',
    [...tensors]
      .filter(([, { dtype }]) => !floats.includes(dtype))
      .map(([tensor, { dtype }]) => `\`${tensor}\` is ${dtype}, a float type is needed`),
  );
  add(
    'adapter-shape',
    entries.flatMap(([module, pair]) => halfFaults(module, pair, config)),
  );
  const parameter = entries.find(([module]) => isParameter(module, config.parameters));
  const refused = parameter ? refusedByParameters(config.fields) : undefined;
  if (refused) findings.config.push({ problem: 'adapter-config', ...refused });
  add(
    'adapter-target',
    entries.filter(([module]) => targets.isTarget(module) === false).map(([module]) => `\`${module}\` is none of \`target_modules\``),
  );
  add(
    'adapter-rank',
    entries.flatMap(([module, pair]) => rankFault(module, pair, config, patterns)),
  );
  if (!base) return findings;
  const strangers = entries
    .filter(([module]) => !base.resolve(module))
    .map(([module]) => `\`${module}\` is not a module of the base model`);
  const isNewer = entries.some(([module]) => /\.mlp\.(?:experts|gate)(?:\.base_layer)*$/.test(module));
  if (base.isRenamed && isNewer && strangers.length > 0 && transformers !== undefined && !atLeast(transformers, '5'))
    add('adapter-base', strangers, `transformers 5 and later name experts so, ${transformers} does not: load it there`);
  else if (base.isRenamed && strangers.length > 0)
    findings.warnings.push(
      `${some(strangers, 2)} by its files: transformers 5 names parts of such a model anew, so these were not compared`,
    );
  else add('adapter-base', strangers);
  add(
    'adapter-shape',
    entries.flatMap(([module, pair]) => shapeFault(module, pair, base.modules.get(base.resolve(module) ?? '')?.shape, base, config)),
  );
  return findings;
}

/** Targets of the configuration that the base model does not have, and targeted modules without weights here. */
export function targetFindings(config: AdapterConfig, { tensors }: Header, targets: Targets, base: BaseModules): AdapterFindings {
  const findings = noFindings();
  const modules = [...base.modules.keys()];
  const judged = modules.map((module) => targets.isTarget(module));
  if (judged.includes(undefined)) return findings;
  const wanted = modules.filter((_, index) => judged[index]);
  if (wanted.length === 0 && config.tokens.size === 0 && !base.isRenamed) {
    const named = Array.isArray(config.targets) ? some([...config.targets, ...config.parameters]) : `${config.targets}`;
    findings.config.push({ problem: 'adapter-target', message: `targets \`${named}\`, which no module of the base model matches` });
    return findings;
  }
  if (typeof config.targets !== 'string') {
    const absent = (config.targets ?? []).filter((target) => !modules.some((module) => module === target || module.endsWith(`.${target}`)));
    if (absent.length > 0)
      findings.warnings.push(
        `it targets ${some(absent.map((name) => `\`${name}\``))} too, which the base model does not have: PEFT passes over it`,
      );
  }
  const adapted = new Set([...pairsOf(tensors, base).keys()].map((module) => base.resolve(module) ?? module));
  const bare = wanted.filter((module) => !adapted.has(module) && !isParameter(module, config.parameters));
  if (bare.length === 0) return findings;
  const message = `targets ${some(bare, 2)}, for which the adapter has no weights`;
  if (base.isRenamed) findings.warnings.push(`it ${message}`);
  else findings.config.push({ problem: 'adapter-target', message });
  return findings;
}

/** The rank of each adapted module, by its tensors. */
export function ranksOf({ tensors }: Header, base: BaseModules | undefined, { parameters }: AdapterConfig): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const [module, { a, b }] of pairsOf(tensors, base)) {
    const rank = a?.shape[0] ?? b?.shape[1];
    if (rank !== undefined && !isParameter(module, parameters)) ranks.set(module, rank);
  }
  return ranks;
}

function pairsOf(tensors: Header['tensors'], base: BaseModules | undefined): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const [tensor, info] of tensors) {
    const name = readTensorName(tensor, (module) => base?.modules.has(module) ?? false);
    if (name.kind !== 'lora') continue;
    const pair = pairs.get(name.module) ?? { isEmbedding: name.isEmbedding };
    pair[({ A: 'a', B: 'b', bias: 'bias', magnitude: 'magnitude' } as const)[name.part]] = info;
    pairs.set(name.module, pair);
  }
  return pairs;
}

function halfFaults(module: string, { a, b, bias, magnitude }: Pair, config: AdapterConfig): string[] {
  if (!a || !b) return [`\`${module}\` has no \`lora_${a ? 'B' : 'A'}\``];
  if (config.hasMagnitude && !magnitude) return [`\`${module}\` has no \`lora_magnitude_vector\`, which \`use_dora\` needs`];
  if (!config.hasMagnitude && magnitude)
    return [`\`${module}\` has a \`lora_magnitude_vector\`, and \`use_dora\` is off: PEFT leaves it out`];
  if (config.hasBias && !bias) return [`\`${module}\` has no \`lora_B.bias\`, which \`lora_bias\` needs`];
  return [];
}

function rankFault(module: string, { a, b }: Pair, config: AdapterConfig, patterns: Patterns): string[] {
  const [inA, inB] = [a?.shape[0], b?.shape[1]];
  if (a && b && inA !== inB) return [`\`${module}\` has rank ${inA} in \`lora_A\` and ${inB} in \`lora_B\``];
  // The experts of a parameter lie beside each other, each with a rank of its own.
  if (isParameter(module, config.parameters)) return [];
  const ranks = patterns.ranksOf(module);
  const there = inA ?? inB;
  if (ranks === undefined || there === undefined || ranks.includes(there)) return [];
  return [`\`${module}\` has rank ${there}, the configuration says ${ranks.join(' or ')}`];
}

function shapeFault(
  module: string,
  { a, b, magnitude, isEmbedding }: Pair,
  shape: readonly number[] | undefined,
  { isTransposed }: BaseModules,
  config: AdapterConfig,
): string[] {
  if (!shape || !a || !b || isParameter(module, config.parameters)) return [];
  const [rows, columns] = shape;
  const [into, out] = isEmbedding || isTransposed ? [rows, columns] : [columns, rows];
  if (a.shape[1] !== into || b.shape[0] !== out)
    return [`\`${module}\` goes from ${a.shape[1]} to ${b.shape[0]}, the base model's from ${into} to ${out}`];
  const length = magnitude?.shape.reduce((product, dimension) => product * dimension, 1);
  if (length !== undefined && length !== out && length !== into)
    return [`\`${module}\` has a magnitude of ${length}, the base model's goes to ${out}`];
  return [];
}
