import { type Fields, fieldsOf } from '../../untrusted/json';
import { parsePythonJson } from '../../untrusted/python-json';
import { isOn, textSwitches, wrongTask, wrongValue } from './config-types';

/** What `adapter_config.json` of PEFT says, as far as weights can be held against it. */
export interface AdapterConfig {
  /** `LORA`, or another method whose tensors are not known here. */
  method: string;
  /** A repository, or a folder of the machine that trained it. */
  base: string | undefined;
  revision: string | undefined;
  /** `CAUSAL_LM` for example; `undefined` for a model without a head, or of its own. */
  task: string | undefined;
  rank: number;
  alpha: number | undefined;
  /** Ends of module names, or one Python expression for whole names, or `all-linear`; `undefined` leaves them to PEFT. */
  targets: readonly string[] | string | undefined;
  excluded: readonly string[] | string;
  /** Ends of parameters' names: experts, whose weights belong to no module of their own. */
  parameters: readonly string[];
  /** Modules that are trained and saved whole. */
  saved: readonly string[];
  /** Python expression for the end of a module's name → its own rank. */
  rankPattern: ReadonlyMap<string, number>;
  /** The same for its alpha. */
  alphaPattern: ReadonlyMap<string, number>;
  /** Only these layers are adapted; `undefined` for all. */
  layers: readonly number[] | undefined;
  layersPattern: readonly string[];
  /** Layers [from, to) of the base, one range after the other, where its layers are stacked anew. */
  replication: readonly (readonly [number, number])[];
  /** Weights are stored as [in, out]: Conv1D of GPT-2. */
  transposed: boolean;
  initialization: boolean | string;
  /** DoRA: a magnitude beside each pair. */
  hasMagnitude: boolean;
  /** `lora_B` has a bias. */
  hasBias: boolean;
  /** Rows of the embedding that are trained, by module; '' for the embedding itself. */
  tokens: ReadonlyMap<string, readonly number[]>;
  /** What it says otherwise than it may mean, in words. */
  remarks: readonly string[];
  /** Version of PEFT that wrote it, where it says so (0.18 and later). */
  writtenBy: string | undefined;
  /** All of it. */
  fields: Fields;
}

/**
 * Reads it.
 * @throws Error with what is wrong, in words that follow the name of the file
 */
export function parseAdapterConfig(text: string): AdapterConfig {
  const value = objectOf(text);
  const method = value.peft_type;
  if (typeof method !== 'string') throw new Error('names no `peft_type`');
  if (method !== method.toUpperCase()) throw new Error(`has \`peft_type\` \`${method}\`, PEFT knows it as \`${method.toUpperCase()}\``);
  const wrong = wrongTask(value) ?? (method === 'LORA' ? wrongValue(value) : undefined);
  if (wrong !== undefined) throw new Error(wrong);
  const { r: rank, lora_alpha: alpha } = value;
  if (method === 'LORA' && alpha !== undefined && Number(alpha) === 0) throw new Error('has `lora_alpha` 0: the adapter changes nothing');
  const targets = namesOf(value.target_modules);
  const parameters = listOf(value.target_parameters);
  if (method === 'LORA' && Array.isArray(targets) && targets.length === 0 && parameters.length === 0 && !value.trainable_token_indices)
    throw new Error('names no `target_modules`');
  const { layers_to_transform: layers, init_lora_weights: begun } = value;
  return {
    method,
    base: textOf(value.base_model_name_or_path),
    revision: textOf(value.revision),
    task: textOf(value.task_type),
    rank: rank === undefined ? 8 : Number(rank),
    alpha: typeof alpha === 'number' || typeof alpha === 'boolean' ? Number(alpha) : undefined,
    targets,
    excluded: namesOf(value.exclude_modules) ?? [],
    parameters,
    saved: listOf(value.modules_to_save),
    rankPattern: numbersOf(value.rank_pattern),
    alphaPattern: numbersOf(value.alpha_pattern),
    layers: layers === undefined || layers === null || (Array.isArray(layers) && layers.length === 0) ? undefined : numbersIn(layers),
    layersPattern: typeof value.layers_pattern === 'string' ? [value.layers_pattern] : listOf(value.layers_pattern),
    replication: rangesOf(value.layer_replication),
    transposed: isOn(value.fan_in_fan_out),
    initialization: typeof begun === 'string' ? begun : begun === undefined || isOn(begun),
    hasMagnitude: isOn(value.use_dora),
    hasBias: isOn(value.lora_bias),
    tokens: tokensOf(value.trainable_token_indices),
    remarks: method === 'LORA' ? textSwitches(value) : [],
    writtenBy: textOf(value.peft_version),
    fields: value,
  };
}

function objectOf(text: string): Fields {
  let value: unknown;
  try {
    value = parsePythonJson(text).value;
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}`);
  }
  const fields = fieldsOf(value);
  if (!fields) throw new Error('is not a JSON object');
  return fields;
}

const namesOf = (value: unknown): readonly string[] | string | undefined =>
  typeof value === 'string' ? value : Array.isArray(value) ? listOf(value) : undefined;

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : []);

const numbersIn = (value: unknown): number[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is number => typeof item === 'number');

const numbersOf = (value: unknown): Map<string, number> =>
  new Map(
    Object.entries(fieldsOf(value) ?? {}).flatMap(([key, own]) =>
      typeof own === 'number' || typeof own === 'boolean' ? [[key, Number(own)] as const] : [],
    ),
  );

function rangesOf(value: unknown): (readonly [number, number])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((pair) => {
    const [from, to] = numbersIn(pair);
    return from === undefined || to === undefined ? [] : [[from, to] as const];
  });
}

function tokensOf(value: unknown): Map<string, readonly number[]> {
  if (Array.isArray(value)) return new Map([['', numbersIn(value)]]);
  return new Map(Object.entries(fieldsOf(value) ?? {}).map(([name, rows]) => [name, numbersIn(rows)]));
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
