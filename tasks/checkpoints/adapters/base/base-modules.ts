import { fieldsOf } from '../../../untrusted/json';
import type { Tensor } from '../../safetensors/header';
import type { AdapterConfig } from '../config';
import type { BaseModel } from './base-model';

/** A module of the base model that has weights. */
export interface BaseModule {
  /** [out, in] as it is stored, where the files tell: what is packed into fewer bits does not show its shape. */
  shape: readonly number[] | undefined;
}

/** The modules of a base model as an adapter names them. */
export interface BaseModules {
  modules: ReadonlyMap<string, BaseModule>;
  /** The base's own name of a module that an adapter names; `undefined` where there is none. */
  resolve(module: string): string | undefined;
  /** The shape of a tensor of the base, by an adapter's name for it. */
  shapeOf(tensor: string): readonly number[] | undefined;
  /** The base's own name of a tensor that an adapter names, where it has it; else the adapter's. */
  tensorOf(tensor: string): string;
  /** Weights and biases, norms too, as transformers gives them to the modules. */
  parameters: ReadonlySet<string>;
  /** Weights are stored as [in, out]. */
  isTransposed: boolean;
  isQuantized: boolean;
  /** transformers 5 gives its modules other names than the files do: what is not found need not be missing. */
  isRenamed: boolean;
  /** The head shares the embedding's weights. */
  isTied: boolean;
  /** Name of the embedding. */
  embedding: string | undefined;
  /** Rows of the embedding. */
  rows: number | undefined;
}

/** How quantised weights are called: GPTQ and AWQ, compressed-tensors, bitsandbytes, HQQ, AQLM. */
const packed = /\.(?:qweight|weight_packed|W_q|codes|weight_q)$/;
const floats = ['F64', 'F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'];
const embeddings = /(?:^|\.)(?:embed_tokens|wte|word_embeddings|embed_in|tok_embeddings)$/;
/** Kinds of models whose linear layers are Conv1D: PEFT turns `fan_in_fan_out` by itself. */
const conv1d = ['gpt2', 'openai-gpt', 'imagegpt', 'decision_transformer'];

export function baseModules(base: BaseModel, config: AdapterConfig): BaseModules {
  const own = new Map<string, BaseModule>();
  for (const [tensor, { dtype, shape }] of base.tensors) {
    if (packed.test(tensor)) own.set(tensor.replace(packed, ''), { shape: undefined });
    else if (tensor.endsWith('.weight') && shape.length >= 2)
      own.set(tensor.slice(0, -'.weight'.length), { shape: floats.includes(dtype) && shape.length === 2 ? shape : undefined });
  }
  const [embeddingName, { shape: embedding } = { shape: undefined }] = [...own].find(([module]) => embeddings.test(module)) ?? [];
  // An output layer that shares the embedding's weights has none of its own in the files.
  const isTied = base.config.tie_word_embeddings === true || (!own.has('lm_head') && base.config.tie_word_embeddings !== false);
  if (!own.has('lm_head') && embedding && isTied) own.set('lm_head', { shape: embedding });
  const modules = stacked(own, config.replication);
  const resolve = resolver(modules, base, config);
  const tensors = stacked(base.tensors, config.replication);
  const parameters = new Set([...tensors].filter(isParameter).map(([tensor]) => tensor));
  if (modules.has('lm_head') && !isQuantized(base)) parameters.add('lm_head.weight');
  const resolveOwner = resolver(new Map([...parameters].map((tensor) => [ownerOf(tensor), undefined])), base, config);
  return {
    modules,
    resolve,
    shapeOf: (tensor) => {
      const [, module, last] = /^(.+)\.([^.]+)$/.exec(tensor) ?? [];
      const named = module === undefined ? undefined : (resolve(module) ?? module);
      return tensors.get(`${named}.${last}`)?.shape ?? (last === 'weight' && named !== undefined ? modules.get(named)?.shape : undefined);
    },
    tensorOf(tensor) {
      const owner = resolveOwner(ownerOf(tensor));
      return owner === undefined ? tensor : owner + tensor.slice(ownerOf(tensor).length);
    },
    parameters,
    isTransposed: config.transposed || conv1d.includes(String(base.config.model_type)),
    isQuantized: isQuantized(base),
    isRenamed: isRenamed(base),
    isTied: embedding !== undefined && isTied,
    embedding: embeddingName,
    rows: embedding?.[0],
  };
}

const isQuantized = ({ config, tensors }: BaseModel): boolean =>
  fieldsOf(config.quantization_config) !== undefined || [...tensors.keys()].some((name) => packed.test(name));

/** Files of old have buffers beside the parameters: masks that are called `bias`, frequencies. */
const isParameter = ([tensor, { shape }]: readonly [string, Tensor]): boolean =>
  tensor.endsWith('.weight') || (tensor.endsWith('.bias') && shape.length === 1);

const ownerOf = (tensor: string): string => tensor.slice(0, tensor.lastIndexOf('.'));

/** `layer_replication`: layer i of the model is another one of the files. */
function stacked<T>(of: ReadonlyMap<string, T>, ranges: AdapterConfig['replication']): ReadonlyMap<string, T> {
  if (ranges.length === 0) return of;
  const order = ranges.flatMap(([from, to]) =>
    Array.from({ length: Math.max(0, Math.min(to - from, 100_000)) }, (_, index) => from + index),
  );
  const layer = /^(.*?(?:layers|layer|h)\.)(\d+)(\..+)$/;
  const result = new Map<string, T>();
  const bySource = new Map<string, [string, string, T][]>();
  for (const [name, value] of of) {
    const [, before, index, after] = layer.exec(name) ?? [];
    if (before === undefined || index === undefined || after === undefined) result.set(name, value);
    else bySource.set(index, [...(bySource.get(index) ?? []), [before, after, value]]);
  }
  for (const [index, source] of order.entries())
    for (const [before, after, value] of bySource.get(String(source)) ?? []) result.set(before + index + after, value);
  return result;
}

/**
 * Mixtures of experts, whose experts transformers 5 puts into one parameter, and models of several kinds of input, whose parts it
 * calls otherwise than the files: their config.json says so.
 */
function isRenamed({ config, architecture }: BaseModel): boolean {
  const experts = ['num_local_experts', 'num_experts', 'n_routed_experts', 'moe_num_experts'].some(
    (key) => typeof config[key] === 'number',
  );
  return experts || fieldsOf(config.text_config) !== undefined || !/ForCausalLM$|LMHeadModel$/.test(architecture ?? 'ForCausalLM');
}

/** A checkpoint of the inner model lacks the outer one's prefix, and an adapter of the inner model lacks it too. */
function resolver(modules: ReadonlyMap<string, unknown>, base: BaseModel, config: AdapterConfig): BaseModules['resolve'] {
  const outer = ['model.', 'transformer.', 'gpt_neox.', 'model.language_model.'];
  const lacking = outer.filter((prefix) => ![...modules.keys()].some((name) => name.startsWith(prefix)));
  const tails = isRenamed(base) ? new Map([...modules.keys()].map((name) => [tailOf(name), name])) : undefined;
  return (module) => {
    if (modules.has(module)) return module;
    const inner = lacking.map((prefix) => (module.startsWith(prefix) ? module.slice(prefix.length) : '')).find((name) => modules.has(name));
    if (inner !== undefined) return inner;
    const whole = config.task === 'CAUSAL_LM' ? undefined : outer.map((prefix) => prefix + module).find((name) => modules.has(name));
    return whole ?? tails?.get(tailOf(module));
  };
}

const tailOf = (module: string): string => /(?:^|\.)((?:layers|layer|h|blocks)\.\d+\..+)$/.exec(module)?.[1] ?? module;
