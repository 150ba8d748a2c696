import { some } from '../../../common/format';
import type { Header } from '../../safetensors/header';
import type { BaseModules } from '../base/base-modules';
import type { AdapterConfig } from '../config';
import { isOn } from '../config-types';
import { type AdapterFindings, noFindings } from '../fault';
import { readTensorName } from './tensor-names';

const zero3 =
  'DeepSpeed ZeRO-3 keeps parameters in parts: save with `stage3_gather_16bit_weights_on_model_save: true`, or make the weights of its checkpoint with the `zero_to_fp32.py` that lies in it; a copy from the training machine is as empty';

/** A file without tensors, or with tensors without elements: what ZeRO-3 leaves where its parameters were not gathered. */
export function emptyFindings({ tensors }: Header): AdapterFindings {
  const findings = noFindings();
  const empty = [...tensors].filter(([, { shape }]) => shape.includes(0)).map(([name, { shape }]) => `\`${name}\` has shape [${shape}]`);
  if (tensors.size === 0) findings.weights.push({ problem: 'adapter-empty', message: 'holds no tensor at all', fix: zero3 });
  else if (empty.length > 0)
    findings.weights.push({ problem: 'adapter-empty', message: `${some(empty, 2)}: nothing was saved of it`, fix: zero3 });
  return findings;
}

/** Names that PEFT does not match: what they hold is left out without an error, and the adapter changes nothing. */
export function nameFindings({ tensors }: Header, base: BaseModules | undefined): AdapterFindings {
  const findings = noFindings();
  const wrong = [...tensors.keys()].flatMap((name) => {
    const read = readTensorName(name, (module) => base?.modules.has(module) ?? false);
    return read.kind === 'unmatched' ? [{ name, ...read }] : [];
  });
  const [first] = wrong;
  if (!first) return findings;
  findings.weights.push({
    problem: 'adapter-name',
    message: `has ${wrong.length} of ${tensors.size} names that PEFT does not match, so their weights stay as they began: \`${first.name}\` ${first.why}`,
    fix: 'save it from the model itself, not from what wraps it (`accelerator.unwrap_model(model).save_pretrained(…)`), or let `npx just model:verify --adapter=FOLDER --for=VERSION` write a copy with the names that PEFT gives',
  });
  return findings;
}

/** Tensors that PEFT passes over: the adapter is as if they were not there. A head of a task is no part of the base's files. */
export function idleFindings({ saved, task }: AdapterConfig, { tensors }: Header, base: BaseModules | undefined): AdapterFindings {
  const isStranger = (tensor: string): boolean => {
    if (!base || base.isRenamed || task !== 'CAUSAL_LM' || base.shapeOf(tensor) !== undefined) return false;
    const module = tensor.slice(0, tensor.lastIndexOf('.'));
    return base.resolve(module) === undefined && !saved.some((name) => module === name || module.endsWith(`.${name}`));
  };
  const idle = [...tensors.keys()].filter((name) => {
    const read = readTensorName(name);
    // Another part of LoRA may be one of a newer PEFT.
    return (read.kind === 'other' && !name.includes('.lora_')) || (read.kind === 'whole' && isStranger(read.tensor));
  });
  if (idle.length === 0) return noFindings();
  const names = some(
    idle.map((name) => `\`${name}\``),
    2,
  );
  return {
    ...noFindings(),
    warnings: [`${names}: ${idle.length === 1 ? 'a tensor' : 'tensors'} that no part of a LoRA adapter has, and that PEFT passes over`],
  };
}

/** Tensors of the base that the adapter holds whole: of `modules_to_save`, embeddings of a resized vocabulary. */
export function wholeFindings(config: AdapterConfig, { tensors }: Header, base: BaseModules | undefined): AdapterFindings {
  const findings = noFindings();
  const whole = new Map<string, readonly number[]>();
  for (const [name, { shape }] of tensors) {
    const read = readTensorName(name);
    if (read.kind === 'whole' && !shape.includes(0)) whole.set(read.tensor, shape);
  }
  if (!base) return findings;
  const other = [...whole].flatMap(([tensor, shape]) => {
    const own = base.shapeOf(tensor);
    return own && own.join() !== shape.join() ? [{ tensor, shape, own }] : [];
  });
  const [first] = other;
  if (first) {
    const isVocabulary = first.shape.slice(1).join() === first.own.slice(1).join() && first.own[0] === base.rows;
    const message = `\`${first.tensor}\` is [${first.shape}], the base model's is [${first.own}]`;
    findings.weights.push(
      isVocabulary
        ? {
            problem: 'adapter-vocabulary',
            message: `${message}: the vocabulary was resized before the training, and PEFT ends with a size mismatch`,
            fix: `\`model.resize_token_embeddings(${first.shape[0]})\` before \`PeftModel.from_pretrained\`, with the tokenizer that was saved beside the adapter; or \`--model\` of the base with that vocabulary`,
          }
        : { problem: 'adapter-shape', message },
    );
  }
  const missing = missingOf(config, whole, base);
  if (missing.length > 0) findings.weights.push({ problem: 'adapter-target', message: `lacks ${some(missing, 3)} of \`modules_to_save\`` });
  return findings;
}

/**
 * Weights of the modules that are to be saved and are not there, by PEFT's own rule: the end of a module's name, whatever is before it,
 * and all that the module holds. A head that the base has not is the task's own.
 */
function missingOf(config: AdapterConfig, whole: ReadonlyMap<string, unknown>, base: BaseModules): string[] {
  const saved = savedWith(config, base);
  const there = new Set([...whole.keys()].map((tensor) => base.tensorOf(tensor)));
  const owners = new Set([...there].map((tensor) => tensor.slice(0, tensor.lastIndexOf('.'))));
  // What is packed, or called otherwise by transformers 5, is known by its module alone.
  const byModule = base.isRenamed || base.isQuantized;
  if (byModule)
    return [...base.modules.keys()]
      .filter((module) => saved.some((name) => module === name || module.endsWith(`.${name}`)))
      .filter((module) => !owners.has(module) && !owners.has(base.resolve(module) ?? module))
      .map((module) => `\`${module}\``);
  return [...base.parameters]
    .filter((tensor) => !there.has(tensor) && holdersOf(tensor).some((module) => saved.some((name) => module.endsWith(name))))
    .map((tensor) => `\`${tensor}\``);
}

/** `ensure_weight_tying`: with one of the two that share their weights goes the other. */
function savedWith({ saved, fields }: AdapterConfig, { isTied, embedding }: BaseModules): readonly string[] {
  if (!isTied || embedding === undefined || !isOn(fields.ensure_weight_tying)) return saved;
  const both = [embedding, 'lm_head'];
  return both.some((module) => saved.some((name) => module.endsWith(name))) ? [...saved, ...both] : saved;
}

/** `a.b.weight`: the modules `a.b` and `a`. */
const holdersOf = (tensor: string): string[] => {
  const parts = tensor.split('.').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
};
