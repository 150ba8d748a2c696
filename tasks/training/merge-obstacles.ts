import type { BaseModel } from '../checkpoints/adapters/base/base-model';
import { type BaseModules, baseModules } from '../checkpoints/adapters/base/base-modules';
import type { AdapterReport } from '../checkpoints/adapters/check';
import { isOn } from '../checkpoints/adapters/config-types';
import { readTensorName } from '../checkpoints/adapters/tensors/tensor-names';
import { unmergedMethods } from '../knowledge/peft';

/**
 * Why weights cannot hold what an adapter does, or why what `train:merge` loads is not what it is for; `undefined` where it can be
 * merged. Each ends in an error of PEFT's or in another model than both together, behind the loading of the base.
 */
export function cannotMerge({ settings, header }: AdapterReport, base: BaseModel): string | undefined {
  if (!settings) return undefined;
  const { method, task, fields, replication } = settings;
  if (unmergedMethods.includes(method)) return `is of ${method}, which is no change of weights: PEFT does not merge it`;
  if (task !== undefined && task !== 'CAUSAL_LM')
    return `has \`task_type\` \`${task}\`: it is merged into a model that continues texts, which has no head of that task`;
  if (Array.isArray(fields.alora_invocation_tokens))
    return 'is an aLoRA (`alora_invocation_tokens`), which changes the tokens behind its call alone: PEFT does not merge it';
  if (isOn(fields.arrow_config)) return 'is a router of adapters (`arrow_config`): PEFT does not merge it';
  if (replication.length > 0)
    return 'stacks the layers of its base anew (`layer_replication`), which share their weights: PEFT cannot save it';
  const modules = baseModules(base, settings);
  const names = [...(header?.tensors.keys() ?? [])].map((name) => readTensorName(name));
  const unbiased = names.find((read) => read.kind === 'lora' && read.part === 'bias' && !hasBias(read.module, modules));
  if (unbiased?.kind === 'lora') return `has \`lora_bias\`, and \`${unbiased.module}\` of its base has no bias that it could be added to`;
  if (!modules.isTied || isOn(fields.ensure_weight_tying)) return undefined;
  // A copy that nobody trained, which PEFT saves of embeddings by itself, is put into the weights that both share.
  const isSaved = (module: string) => settings.saved.some((name) => module.endsWith(name));
  const changed = names.flatMap((read) => {
    if (read.kind === 'lora') return [read.module];
    // Rows of the embedding are the head's too in PEFT, those of the head are not the embedding's.
    if (read.kind === 'tokens') return read.module === modules.embedding ? [] : [read.module];
    return read.kind === 'whole' ? [read.tensor.replace(/\.weight$/, '')].filter(isSaved) : [];
  });
  const tied = changed.find((module) => module === 'lm_head' || module === modules.embedding);
  return tied === undefined
    ? undefined
    : `changes \`${tied}\`, and its base has the same weights for embedding and head (\`tie_word_embeddings\`): one alone cannot change in it`;
}

const hasBias = (module: string, { parameters, tensorOf }: BaseModules): boolean => parameters.has(tensorOf(`${module}.bias`));
