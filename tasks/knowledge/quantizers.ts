import type { Versions } from './models';
import { atLeast } from './satisfies';

/** A way in which the weights of a model were quantised before they were published. */
interface Quantizer {
  /** `quant_method` of config.json. */
  method: string;
  /** Packages that loading takes; of a list one is enough. */
  packages: readonly (readonly string[])[];
  /** The least transformers that trains an adapter on it. Where one that was read says no and a later one yes, the later one. */
  trains: string;
  source: string;
}

const source = 'measured: is_trainable and validate_environment in the sources of transformers 4.36.0, 4.45.2, 4.57.6 and 5.24.0';
const quantizers: readonly Quantizer[] = [
  { method: 'gptq', packages: [['optimum'], ['gptqmodel', 'auto-gptq']], trains: '4.36.0', source },
  // No in 4.36.0, yes in 4.45.2 with autoawq, in 5.24.0 with gptqmodel.
  { method: 'awq', packages: [['autoawq', 'gptqmodel']], trains: '4.45.0', source },
  { method: 'bitsandbytes', packages: [['bitsandbytes']], trains: '4.36.0', source },
  // No in 4.45.2, yes in 4.57.6.
  { method: 'compressed-tensors', packages: [['compressed-tensors']], trains: '4.57.0', source },
  // No in 4.57.6, yes in 5.24.0.
  { method: 'fp8', packages: [], trains: '5.0.0', source },
];

/** Why these versions cannot train on a model that is quantised in its files; `undefined` where they can, or it is not quantised. */
export function cannotTrainOn(config: unknown, versions: Versions): string | undefined {
  const { quantization_config: found } = (config ?? {}) as { quantization_config?: { quant_method?: unknown } | null };
  if (typeof found !== 'object' || found === null) return undefined;
  const method = String(found.quant_method ?? 'bitsandbytes');
  const known = quantizers.find((one) => one.method === method);
  if (!known) return `its weights are quantised (${method}), and nothing is known of training on that`;
  const lacks = known.packages.filter((names) => !names.some((name) => versions.has(name))).map((names) => names.join(' or '));
  const there = versions.get('transformers') ?? '';
  const old = atLeast(there, known.trains) ? [] : [`transformers ${known.trains} or newer`];
  const needed = [...old, ...lacks];
  return needed.length > 0
    ? `its weights are quantised (${method}): training on them needs ${needed.join(' and ')}, which is not there`
    : undefined;
}
