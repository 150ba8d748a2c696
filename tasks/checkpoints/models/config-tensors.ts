import { plural } from '../../common/format';
import { families } from '../../knowledge/known-models';
import { type Fields, fieldsOf } from '../../untrusted/json';
import type { Tensor } from '../safetensors/header';

/** What a config.json says otherwise than the tensors beside it. */
export interface ConfigFindings {
  /** Where transformers does not load the folder, or gives weights random values. */
  faults: string[];
  /** Where it loads it, and not all of it. */
  warnings: string[];
}

/** The kind of model, by transformers, by timm (through transformers) and by diffusers. */
const kinds = ['model_type', 'architectures', 'architecture', '_class_name', 'auto_map'];

/**
 * Holds a config.json against the tensors that transformers loads with it: the kind of model, and for decoders of the Llama family
 * the sizes. What `from_pretrained` does with each (modeling_utils.py of transformers): a tensor of another size is
 * refused, one that is missing gets random values, one too many is left out; the last two with a warning.
 * Quantised weights have other shapes, code of the model's own other layers: neither is compared.
 */
export function compareConfig(config: Fields, tensors: ReadonlyMap<string, Tensor>): ConfigFindings {
  if (!kinds.some((key) => config[key] !== undefined && config[key] !== null))
    return { faults: ['names no `model_type` and no `architectures`: transformers cannot know which model it is'], warnings: [] };
  const isKnown = families.some(({ is, sevenLinear }) => sevenLinear && is === config.model_type);
  const isQuantized = fieldsOf(config.quantization_config) !== undefined || [...tensors.values()].some(({ dtype }) => !floats.has(dtype));
  // A checkpoint of the inner model alone has no `model.` before its names.
  const prefix = ['model.', ''].find((start) => tensors.has(`${start}embed_tokens.weight`));
  if (!isKnown || config.auto_map || isQuantized || prefix === undefined) return { faults: [], warnings: [] };
  const layers = layersOf(config, tensors, prefix);
  return { faults: [...sizeFaults(config, tensors, prefix), ...layers.faults, ...headFaults(config, tensors)], warnings: layers.warnings };
}

const floats: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);
const numberOf = (value: unknown): number | undefined => (Number.isInteger(value) ? Number(value) : undefined);

/** For each field the first tensor that has another size. */
function sizeFaults(config: Fields, tensors: ReadonlyMap<string, Tensor>, prefix: string): string[] {
  const names = [...tensors.keys()];
  const embedding = `${prefix}embed_tokens.weight`;
  const ofMlp = (module: string) => names.filter((name) => name.startsWith(`${prefix}layers.`) && name.endsWith(`.mlp.${module}.weight`));
  const places = [
    ['vocab_size', 0, [embedding, 'lm_head.weight']],
    ['hidden_size', 1, [embedding]],
    ['intermediate_size', 0, [...ofMlp('gate_proj'), ...ofMlp('up_proj')]],
    ['intermediate_size', 1, ofMlp('down_proj')],
  ] as const;
  const faults = new Map<string, string>();
  for (const [field, axis, where] of places) {
    const said = numberOf(config[field]);
    const other = where.find((name) => tensors.get(name)?.shape.length === 2 && tensors.get(name)?.shape[axis] !== said);
    if (said !== undefined && other !== undefined && !faults.has(field))
      faults.set(
        field,
        `says \`${field}\` ${said}, and \`${other}\` is [${tensors.get(other)?.shape}], which is ${tensors.get(other)?.shape[axis]}: transformers refuses it`,
      );
  }
  return [...faults.values()];
}

function layersOf(config: Fields, tensors: ReadonlyMap<string, Tensor>, prefix: string): ConfigFindings {
  const said = numberOf(config.num_hidden_layers);
  const there = new Set<number>();
  for (const name of tensors.keys()) {
    const [, index] = name.startsWith(`${prefix}layers.`) ? (/^(\d+)\..+\.weight$/.exec(name.slice(prefix.length + 7)) ?? []) : [];
    if (index !== undefined) there.add(Number(index));
  }
  if (said === undefined) return { faults: [], warnings: [] };
  const used = [...there].filter((index) => index < said).length;
  const more = there.size - used;
  let first = 0;
  while (there.has(first)) first++;
  const faults =
    used < said
      ? [
          `says \`num_hidden_layers\` ${said}, and the tensors have ${used} of these layers (no \`${prefix}layers.${first}\`): transformers gives the others random values`,
        ]
      : [];
  const left = `says \`num_hidden_layers\` ${said}, and the tensors have ${plural(there.size, 'layer')}: transformers leaves ${more} of them out`;
  return { faults, warnings: more > 0 ? [left] : [] };
}

/** Where nothing is said the kind of model decides, and a tied model has no output layer of its own in its files. */
function headFaults({ tie_word_embeddings, architectures }: Fields, tensors: ReadonlyMap<string, Tensor>): string[] {
  const [architecture] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  if (tie_word_embeddings !== false || tensors.has('lm_head.weight') || !String(architecture).endsWith('ForCausalLM')) return [];
  return ['says `tie_word_embeddings` false, and no tensor is `lm_head.weight`: transformers gives the output layer random values'];
}
