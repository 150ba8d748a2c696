/** What `adapter_config.json` of PEFT says, as far as weights can be held against it. */
export interface AdapterConfig {
  /** `LORA`, or another method whose tensors are not known here. */
  method: string;
  /** A repository, or a folder of the machine that trained it. */
  base: string | undefined;
  revision: string | undefined;
  rank: number;
  alpha: number | undefined;
  /** Ends of module names, or one expression for whole names, or `all-linear`. */
  targets: readonly string[] | string;
  excluded: readonly string[] | string;
  /** Another rank for modules whose name ends so. */
  rankPattern: ReadonlyMap<string, number>;
  /** Only some layers are adapted. */
  someLayers: boolean;
  /** Weights are stored as [in, out]: Conv1D of GPT-2. */
  transposed: boolean;
}

/**
 * Reads it.
 * @throws Error with what is wrong, in words that follow the name of the file
 */
export function parseAdapterConfig(text: string): AdapterConfig {
  const value = objectOf(text);
  const method = value.peft_type;
  if (typeof method !== 'string') throw new Error('names no `peft_type`');
  const lora = method.toUpperCase() === 'LORA';
  const rank = value.r;
  if (lora && !(Number.isInteger(rank) && (rank as number) > 0))
    throw new Error(`has \`r\` ${JSON.stringify(rank)}, a number above 0 is needed`);
  const targets = namesOf(value.target_modules);
  if (lora && (targets === undefined || targets.length === 0)) throw new Error('names no `target_modules`');
  if (typeof targets === 'string' && !isExpression(targets)) throw new Error(`has \`target_modules\` that are no expression: ${targets}`);
  const pattern = value.rank_pattern;
  return {
    method: method.toUpperCase(),
    base: textOf(value.base_model_name_or_path),
    revision: textOf(value.revision),
    rank: Number(rank),
    alpha: typeof value.lora_alpha === 'number' ? value.lora_alpha : undefined,
    targets: targets ?? [],
    excluded: namesOf(value.exclude_modules) ?? [],
    rankPattern: new Map(
      Object.entries(typeof pattern === 'object' && pattern !== null ? pattern : {}).map(([key, own]) => [key, Number(own)]),
    ),
    someLayers: value.layers_to_transform !== undefined && value.layers_to_transform !== null,
    transposed: value.fan_in_fan_out === true,
  };
}

/** Whether a module of the base model gets an adapter. PEFT: ends of names for a list, the whole name for an expression. */
export function isTarget(module: string, targets: AdapterConfig['targets']): boolean {
  if (typeof targets !== 'string') return targets.some((target) => module === target || module.endsWith(`.${target}`));
  return targets === 'all-linear' || (isExpression(targets) && new RegExp(`^(?:${targets})$`).test(module));
}

/** The rank of one module, by the pattern that its name ends with. */
export function rankOf(module: string, { rank, rankPattern }: AdapterConfig): number {
  for (const [key, own] of rankPattern) {
    const expression = `(?:^|\\.)(?:${key})$`;
    if (module === key || (isExpression(expression) && new RegExp(expression).test(module))) return own;
  }
  return rank;
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is not a JSON object');
  return value as Record<string, unknown>;
}

function namesOf(value: unknown): readonly string[] | string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  return value.filter((name): name is string => typeof name === 'string');
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
