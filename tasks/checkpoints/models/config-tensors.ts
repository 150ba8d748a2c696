import { plural, some } from '../../common/format';
import { families, linearLayers } from '../../knowledge/known-models';
import { type Fields, fieldsOf } from '../../untrusted/json';
import type { Tensor } from '../safetensors/header';

/** What a config.json says otherwise than the tensors beside it. */
export interface ConfigFindings {
  /** Where transformers does not load the folder, or gives weights random values. */
  faults: string[];
  /** Where it loads it, and not all of it. */
  warnings: string[];
}

/** The kind of model, by transformers (5, and 4 where the path does not happen to name one), by timm (through transformers) and by diffusers. */
const kinds = ['model_type', 'architecture', '_class_name', 'auto_map'];
/** Decoders with the names of the Llama family for what is compared, though with more norms. */
const alike: readonly string[] = ['gemma2', 'gemma3_text'];

/**
 * Holds a config.json against the tensors that transformers loads with it: the kind of model, and for decoders of the Llama family
 * the sizes and the layers. What `from_pretrained` does with each: a tensor of another size is refused, one that is missing gets
 * random values, one too many is left out; the last two with a warning (tests/remote/configs.py asks it).
 * Quantised weights have other shapes, code of the model's own other layers: neither is compared.
 */
export function compareConfig(config: Fields, tensors: ReadonlyMap<string, Tensor>): ConfigFindings {
  if (!kinds.some((key) => config[key] !== undefined && config[key] !== null))
    return { faults: ['names no `model_type`: transformers cannot know which model it is'], warnings: [] };
  const { model_type: kind } = config;
  const family = families.find(({ is }) => is === kind);
  const isKnown = family?.sevenLinear || alike.includes(String(kind));
  const isQuantized = fieldsOf(config.quantization_config) !== undefined || [...tensors.values()].some(({ dtype }) => !floats.has(dtype));
  // A checkpoint of the inner model alone has no `model.` before its names.
  const inner = ['model.', ''].find((start) => tensors.has(`${start}layers.0.self_attn.q_proj.weight`));
  const prefix = inner ?? ['model.', ''].find((start) => tensors.has(`${start}embed_tokens.weight`));
  if (!isKnown || config.auto_map || isQuantized || prefix === undefined) return { faults: [], warnings: [] };
  const layers = layersOf(config, tensors, prefix);
  return {
    faults: [...sizeFaults(config, tensors, prefix), ...layers.faults, ...headFaults(config, tensors, family?.tied ?? false)],
    warnings: layers.warnings,
  };
}

const floats: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);
const numberOf = (value: unknown): number | undefined => (Number.isInteger(value) ? Number(value) : undefined);

/** Kinds whose `head_dim` is a number of its own where config.json has none, and not the width by the heads. */
const ownHeadDim: readonly string[] = ['qwen3', 'gemma', 'gemma2', 'gemma3_text'];

/** For each field the first tensor that has another size. */
function sizeFaults(config: Fields, tensors: ReadonlyMap<string, Tensor>, prefix: string): string[] {
  const names = [...tensors.keys()];
  const embedding = `${prefix}embed_tokens.weight`;
  const ofLayers = (module: string) => names.filter((name) => name.startsWith(`${prefix}layers.`) && name.endsWith(`.${module}.weight`));
  const [hidden, heads] = [numberOf(config.hidden_size), numberOf(config.num_attention_heads)];
  const isDerived = hidden !== undefined && heads && !ownHeadDim.includes(String(config.model_type));
  const headDim = numberOf(config.head_dim) ?? (isDerived ? hidden / heads : undefined);
  const times = (count: number | undefined) => (count === undefined || headDim === undefined ? undefined : count * headDim);
  const places = [
    ['vocab_size', numberOf(config.vocab_size), 0, [embedding, 'lm_head.weight']],
    ['hidden_size', hidden, 1, [embedding]],
    ['intermediate_size', numberOf(config.intermediate_size), 0, [...ofLayers('mlp.gate_proj'), ...ofLayers('mlp.up_proj')]],
    ['intermediate_size', numberOf(config.intermediate_size), 1, ofLayers('mlp.down_proj')],
    ['num_attention_heads × head_dim', times(heads), 0, ofLayers('self_attn.q_proj')],
    ['num_attention_heads × head_dim', times(heads), 1, ofLayers('self_attn.o_proj')],
    ['num_key_value_heads × head_dim', times(numberOf(config.num_key_value_heads) ?? heads), 0, ofKeys(ofLayers)],
  ] as const;
  const faults = new Map<string, string>();
  for (const [field, said, axis, where] of places) {
    const other = where.find((name) => tensors.get(name)?.shape.length === 2 && tensors.get(name)?.shape[axis] !== said);
    if (said !== undefined && other !== undefined && !faults.has(field))
      faults.set(
        field,
        `says \`${field}\` ${said}, and \`${other}\` is [${tensors.get(other)?.shape}], which is ${tensors.get(other)?.shape[axis]}: transformers refuses it`,
      );
  }
  return [...faults.values()];
}

const ofKeys = (ofLayers: (module: string) => string[]): string[] => [...ofLayers('self_attn.k_proj'), ...ofLayers('self_attn.v_proj')];

/** Lists with an entry for each layer, which transformers from 4.57 on counts. */
const listsOfLayers = ['layer_types', 'no_rope_layers'];

function layersOf(config: Fields, tensors: ReadonlyMap<string, Tensor>, prefix: string): ConfigFindings {
  const said = numberOf(config.num_hidden_layers);
  if (said === undefined) return { faults: [], warnings: [] };
  /** The tensors of each layer, by what stands behind its number. */
  const there = new Map<number, Set<string>>();
  for (const name of tensors.keys()) {
    const [, index, part] = name.startsWith(`${prefix}layers.`) ? (/^(\d+)\.(.+)$/.exec(name.slice(prefix.length + 7)) ?? []) : [];
    // A buffer that older versions wrote, and newer ones pass over.
    if (index === undefined || part === undefined || part.endsWith('rotary_emb.inv_freq')) continue;
    there.set(Number(index), (there.get(Number(index)) ?? new Set()).add(part));
  }
  const faults = listsOfLayers.flatMap((key) => {
    const list = config[key];
    return Array.isArray(list) && list.length !== said
      ? [`says \`num_hidden_layers\` ${said}, and its \`${key}\` is of ${list.length}: transformers refuses it`]
      : [];
  });
  const used = [...there.keys()].filter((index) => index < said).length;
  let first = 0;
  while (there.has(first)) first++;
  if (used < said)
    faults.push(
      `says \`num_hidden_layers\` ${said}, and the tensors have ${used} of these layers (no \`${prefix}layers.${first}\`): transformers gives the others random values`,
    );
  const missing = missingTensors(there, said, tensors, prefix);
  if (missing.length > 0)
    faults.push(`needs ${some(missing.map((name) => `\`${name}\``))}, which no file has: transformers gives it random values`);
  const more = there.size - used;
  const left = `says \`num_hidden_layers\` ${said}, and the tensors have ${plural(there.size, 'layer')}: transformers leaves ${more} of them out`;
  return { faults, warnings: more > 0 ? [left] : [] };
}

/** What one layer has that another lacks, and what every decoder has: all layers of these kinds are of the same parts. */
function missingTensors(
  there: ReadonlyMap<number, ReadonlySet<string>>,
  said: number,
  tensors: ReadonlyMap<string, Tensor>,
  prefix: string,
): string[] {
  const parts = new Set([...there.values()].flatMap((each) => [...each]));
  for (const name of linearLayers) parts.add(`${/^(?:gate|up|down)/.test(name) ? 'mlp' : 'self_attn'}.${name}.weight`);
  const around = ['embed_tokens.weight', 'norm.weight'].map((name) => `${prefix}${name}`).filter((name) => !tensors.has(name));
  const within = [...there].flatMap(([index, each]) =>
    index < said ? [...parts].filter((part) => !each.has(part)).map((part) => `${prefix}layers.${index}.${part}`) : [],
  );
  return [...around, ...within];
}

/** A tied model has no output layer of its own in its files. @param isTied what the kind of model is where nothing is said */
function headFaults({ tie_word_embeddings: tied, architectures }: Fields, tensors: ReadonlyMap<string, Tensor>, isTied: boolean): string[] {
  const [architecture = 'ForCausalLM'] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  if ((tied ?? isTied) !== false || tensors.has('lm_head.weight') || !String(architecture).endsWith('ForCausalLM')) return [];
  const said =
    tied === false ? 'says `tie_word_embeddings` false' : 'says nothing of `tie_word_embeddings`, which is false for this kind of model';
  return [`${said}, and no tensor is \`lm_head.weight\`: transformers gives the output layer random values`];
}
