import { plural, some } from '../../common/format';
import { type DecoderLayout, decoderLayouts, partsOfLayer } from '../../knowledge/decoder-layouts';
import { families } from '../../knowledge/known-models';
import { type Fields, fieldsOf } from '../../untrusted/json';
import type { Tensor } from '../safetensors/header';
import { type Side, sidesOf, typeFaults } from './config-sizes';
import { unknownKind, unknownValues } from './config-values';
import { startOfNames, wrapperOf } from './tensor-names';

/** What a config.json says otherwise than the tensors beside it. */
export interface ConfigFindings {
  /** Where transformers does not load the folder, or gives weights random values. */
  faults: string[];
  /** Where it does so since the tensors have names of another program: what is wrong is in the weights. */
  names: string[];
  /** Where it loads it, and not all of it, or only some versions do. */
  warnings: string[];
}

/** The kind of model, by transformers (5, and 4 where the path does not happen to name one), by timm (through transformers) and by diffusers. */
const kinds = ['model_type', 'architecture', '_class_name', 'auto_map'];

/**
 * Holds a config.json against the tensors that transformers loads with it: the kind of model, and for the decoders of
 * `decoderLayouts` the name and the shape of each tensor. What `from_pretrained` does with each: a tensor of another size is refused,
 * one that is missing gets random values, one too many is left out; the last two with a warning (tests/remote/configs.py asks it).
 * Quantised weights have other shapes, code of the model's own other layers: neither is compared.
 * @param tensors empty where not all of them are known
 */
export function compareConfig(config: Fields, tensors: ReadonlyMap<string, Tensor>): ConfigFindings {
  const findings: ConfigFindings = { faults: [], names: [], warnings: [] };
  if (!kinds.some((key) => config[key] !== undefined && config[key] !== null))
    return { ...findings, faults: ['names no `model_type`: transformers cannot know which model it is'] };
  if (config.auto_map) return findings;
  const layout = decoderLayouts.find(({ is }) => is === config.model_type);
  const wrapper = wrapperOf(tensors.keys());
  const names = wrapper ? [`holds \`${wrapper.name}\`: ${ofAnother} (${wrapper.by})`] : [];
  if (!layout) return { ...findings, names: config.model_type ? names : [], warnings: unknownKind(config) };
  const faults = [...typeFaults(config), ...listFaults(config)];
  const warnings = unknownValues(config);
  const isQuantized = fieldsOf(config.quantization_config) !== undefined || [...tensors.values()].some(({ dtype }) => !floats.has(dtype));
  if (names.length > 0) return { faults, names, warnings };
  if (isQuantized || tensors.size === 0 || typeFaults(config).length > 0) return { faults, names, warnings };
  const start = startOfNames([...tensors.keys()], layout.is);
  if (start === undefined) return { faults, names: isDecoder(config) ? [foreign(tensors, layout)] : [], warnings };
  const found = compareTensors(config, layout, tensors, start);
  return { faults: [...faults, ...found.faults], names, warnings: [...warnings, ...found.warnings] };
}

const floats: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);
const ofAnother = 'transformers knows no tensor by such a name, and gives random values to what it does not find';

const foreign = (tensors: ReadonlyMap<string, Tensor>, { is }: DecoderLayout): string =>
  `holds ${some([...tensors.keys()].map((name) => `\`${name}\``))}, and a model of the kind \`${is}\` has \`model.embed_tokens.weight\`, \`model.layers.0…\`: ${ofAnother}`;

/** Whether it is loaded with an output layer for text: what `architectures` says, and where it says nothing. */
function isDecoder({ architectures }: Fields): boolean {
  const [architecture = 'ForCausalLM'] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  return String(architecture).endsWith('ForCausalLM');
}

/** Lists with an entry for each layer, which transformers from 4.57 on counts. */
const listsOfLayers = ['layer_types', 'no_rope_layers'];

function listFaults(config: Fields): string[] {
  const said = config.num_hidden_layers;
  return listsOfLayers.flatMap((key) => {
    const list = config[key];
    return Number.isInteger(said) && Array.isArray(list) && list.length !== said
      ? [`says \`num_hidden_layers\` ${said}, and its \`${key}\` is of ${list.length}: transformers refuses it`]
      : [];
  });
}

type Found = Pick<ConfigFindings, 'faults' | 'warnings'>;

function compareTensors(config: Fields, layout: DecoderLayout, tensors: ReadonlyMap<string, Tensor>, start: string): Found {
  const sides = sidesOf(config, layout);
  const there = layersIn(tensors, start);
  const table = `${start}embed_tokens.weight`;
  const expected = new Map<string, readonly Side[]>([[table, [sides.vocabulary, sides.hidden]]]);
  const parts = [...partsOfLayer(layout, config)];
  for (const index of there)
    if (index < sides.layers.size)
      for (const [part, shape] of parts)
        expected.set(
          `${start}layers.${index}.${part}`,
          shape.map((side) => sides[side]),
        );
  expected.set(`${start}norm.weight`, [sides.hidden]);
  const head = start === 'language_model.model.' ? 'language_model.lm_head.weight' : 'lm_head.weight';
  const isTied = (config.tie_word_embeddings ?? families.find(({ is }) => is === layout.is)?.tied ?? false) !== false;
  const isHeadForBoth = isTied && isDecoder(config) && tensors.has(head) && !tensors.has(table);
  const missing = [...expected.keys()].filter((name) => !tensors.has(name) && !(isHeadForBoth && name === table));
  expected.set(head, [sides.vocabulary, sides.hidden]);
  const layers = layersFound(sides.layers, there, start);
  const needs = `needs ${some(missing.map((name) => `\`${name}\``))}, which no file has: transformers gives it random values`;
  return {
    faults: [
      ...shapeFaults(expected, tensors),
      ...layers.faults,
      ...(missing.length > 0 ? [needs] : []),
      ...headFaults(config, tensors, { head, start, isTied }),
    ],
    warnings: [
      ...layers.warnings,
      ...(isHeadForBoth ? [headForBoth(table, head)] : []),
      ...unusedTensors(config, layout, tensors, { expected, start, layers: sides.layers.size }),
    ],
  };
}

/** For each field the first tensor that has another size. */
function shapeFaults(expected: ReadonlyMap<string, readonly Side[]>, tensors: ReadonlyMap<string, Tensor>): string[] {
  const faults = new Map<string, string>();
  for (const [name, sides] of expected) {
    const shape = tensors.get(name)?.shape;
    const axis = shape ? sides.findIndex(({ size }, at) => shape[at] !== size) : -1;
    const side = sides[axis];
    if (shape && shape.length !== sides.length)
      faults.set(name, `has \`${name}\` as [${shape}], where [${sides.map(({ size }) => size)}] is needed: transformers refuses it`);
    else if (shape && side && !faults.has(side.field))
      faults.set(side.field, `${side.says}, and \`${name}\` is [${shape}], which is ${shape[axis]}: transformers refuses it`);
  }
  return [...faults.values()];
}

/** The numbers of the layers that have a tensor. */
function layersIn(tensors: ReadonlyMap<string, Tensor>, start: string): Set<number> {
  const found = new Set<number>();
  for (const name of tensors.keys()) {
    const index = name.startsWith(`${start}layers.`) ? /^\d+(?=\.)/.exec(name.slice(start.length + 7))?.[0] : undefined;
    if (index !== undefined && !isOldBuffer(name)) found.add(Number(index));
  }
  return found;
}

/** A buffer that older versions wrote, and newer ones pass over. */
const isOldBuffer = (name: string): boolean => name.endsWith('rotary_emb.inv_freq');

function layersFound({ size: said, says }: Side, there: ReadonlySet<number>, start: string): Found {
  const used = [...there].filter((index) => index < said).length;
  let first = 0;
  while (there.has(first)) first++;
  const more = there.size - used;
  return {
    faults:
      used < said
        ? [
            `${says}, and the tensors have ${used} of these layers (no \`${start}layers.${first}\`): transformers gives the others random values`,
          ]
        : [],
    warnings: more > 0 ? [`${says}, and the tensors have ${plural(there.size, 'layer')}: transformers leaves ${more} of them out`] : [],
  };
}

/** Tensors that the kind of model has no place for. Those around the layers of a model with another output are its own. */
function unusedTensors(
  config: Fields,
  { is }: DecoderLayout,
  tensors: ReadonlyMap<string, Tensor>,
  { expected, start, layers }: { expected: ReadonlyMap<string, unknown>; start: string; layers: number },
): string[] {
  const isMore = (name: string) =>
    name.startsWith(`${start}layers.`) && Number(/^\d+/.exec(name.slice(start.length + 7))?.[0] ?? -1) >= layers;
  const isOurs = (name: string) => isDecoder(config) || name.startsWith(`${start}layers.`);
  const unused = [...tensors.keys()].filter((name) => !expected.has(name) && !isOldBuffer(name) && !isMore(name) && isOurs(name));
  if (unused.length === 0) return [];
  const list = some(unused.map((name) => `\`${name}\``));
  return [`says the kind of model \`${is}\`, which has no ${list}: transformers leaves ${plural(unused.length, 'tensor')} out`];
}

/** What `save_model` of safetensors leaves of two that are one (findings/tied-model-of-save-model.sh, and tried with 4.36 to 5.24). */
const headForBoth = (table: string, head: string): string =>
  `is tied, and has \`${head}\` without \`${table}\`: transformers takes it for both, but 4.51 to 4.57, which give neither of them values`;

/** A tied model has no output layer of its own in its files. */
function headFaults(
  config: Fields,
  tensors: ReadonlyMap<string, Tensor>,
  { head, start, isTied }: { head: string; start: string; isTied: boolean },
): string[] {
  if (!isDecoder(config)) return [];
  // transformers 4.57 tells it as a corrupted state dictionary.
  if (tensors.has(head) && start === '' && config.model_type !== 'gemma3_text')
    return [`needs \`model.\` before the names of all tensors but \`${head}\`: transformers refuses the two together without it`];
  if (isTied || tensors.has(head)) return [];
  const said =
    config.tie_word_embeddings === false
      ? 'says `tie_word_embeddings` false'
      : 'says nothing of `tie_word_embeddings`, which is false for this kind of model';
  return [`${said}, and no tensor is \`${head}\`: transformers gives the output layer random values`];
}
