import type { Fields } from '../../untrusted/json';

/** A field of a LoRA configuration: the values with which PEFT loads it, in words, and whether one is of them. */
interface Rule {
  needs: string;
  takes: (value: unknown) => boolean;
}

const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';
const isRank = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
const isNone = (value: unknown): boolean => value === null;
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string');
const isMapping =
  (of: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(of);
const isRows = (value: unknown): boolean => Array.isArray(value) && value.every((each) => Number.isInteger(each) && (each as number) >= 0);
const isRange = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);

/**
 * Each was asked of PEFT 0.12.0 with wrong values (tests/remote/adapters.py), and what came later of 0.18.1: it ends in a TypeError,
 * AttributeError, IndexError, RuntimeError, ValueError or NotImplementedError, or takes another adapter than was trained. A truth value of
 * Python is a number.
 */
const rules: Readonly<Record<string, Rule>> = {
  r: { needs: 'a number above 0', takes: isRank },
  lora_alpha: { needs: 'a number', takes: isNumber },
  lora_dropout: { needs: 'a number up to 1', takes: (value) => isNumber(value) && Number(value) <= 1 },
  rank_pattern: { needs: 'a mapping of names to numbers above 0', takes: isMapping(isRank) },
  alpha_pattern: { needs: 'a mapping of names to numbers', takes: isMapping(isNumber) },
  bias: { needs: '`none`, `all` or `lora_only`', takes: (value) => ['none', 'all', 'lora_only'].includes(value as string) },
  target_modules: {
    needs: 'names, or one expression',
    takes: (value) => isNone(value) || typeof value === 'string' || Array.isArray(value),
  },
  exclude_modules: { needs: 'names, or one expression', takes: (value) => isNone(value) || typeof value === 'string' || isTexts(value) },
  modules_to_save: { needs: 'a list of names', takes: (value) => isNone(value) || isTexts(value) },
  layers_to_transform: {
    needs: 'a number, or a list of numbers',
    takes: (value) =>
      isNone(value) || typeof value === 'number' || (Array.isArray(value) && value.every((each) => typeof each === 'number')),
  },
  layer_replication: {
    needs: 'a list of pairs of numbers',
    takes: (value) => isNone(value) || (Array.isArray(value) && value.every(isRange)),
  },
  trainable_token_indices: {
    needs: 'a list of whole numbers from 0 on, or a mapping of names to such lists',
    takes: (value) => isNone(value) || isRows(value) || isMapping(isRows)(value),
  },
  init_lora_weights: {
    needs: 'true, false or a name',
    takes: (value) => isNone(value) || typeof value === 'boolean' || typeof value === 'string' || value === 0,
  },
};

/** Fields that are on or off. */
const switches = ['use_rslora', 'use_dora', 'lora_bias', 'fan_in_fan_out'];

/** `TaskType` of PEFT: since 0.14 any other text ends in `ValueError: Invalid task type`, for every method. */
const tasks = ['CAUSAL_LM', 'SEQ_CLS', 'SEQ_2_SEQ_LM', 'TOKEN_CLS', 'QUESTION_ANS', 'FEATURE_EXTRACTION'];

/** A `task_type` that PEFT does not know, in words that follow the name of the file. */
export function wrongTask({ task_type: task }: Fields): string | undefined {
  if (task === undefined || task === null || tasks.includes(task as string)) return undefined;
  return `has \`task_type\` ${written(task)}, one of ${tasks.join(', ')}, or null, is needed`;
}

/** What a field has that PEFT does not take, in words that follow the name of the file; `undefined` where it takes all. */
export function wrongValue(fields: Fields): string | undefined {
  for (const [name, { needs, takes }] of Object.entries(rules))
    if (fields[name] !== undefined && !takes(fields[name])) return `has \`${name}\` ${written(fields[name])}, ${needs} is needed`;
  return undefined;
}

/** Switches with a text in them: Python takes `"false"` for true. */
export const textSwitches = (fields: Fields): string[] =>
  switches
    .filter((name) => typeof fields[name] === 'string' && fields[name] !== '')
    .map((name) => `\`${name}\` is the text ${written(fields[name])}, which Python takes for true`);

/** What `ParamWrapper` of PEFT, which adapts a parameter, ends in a ValueError at. */
export function refusedByParameters(fields: Fields): { message: string; fix: string } | undefined {
  const name = ['lora_dropout', 'fan_in_fan_out', 'lora_bias', 'use_dora'].find((each) => isOn(fields[each]));
  if (name === undefined) return undefined;
  return {
    message: `has \`target_parameters\` and \`${name}\` ${written(fields[name])}, which PEFT refuses together`,
    fix:
      name === 'lora_dropout'
        ? 'write `"lora_dropout": 0` into it: the dropout counts in training alone'
        : `train it again without \`${name}\`, or without \`target_parameters\``,
  };
}

/** Whether Python takes a value for true. */
export const isOn = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : Boolean(value) && (typeof value !== 'object' || Object.keys(value as object).length > 0);

const written = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
