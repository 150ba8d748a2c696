import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { modelsOf } from '../../hub/model/models';
import { fieldsOf } from '../../untrusted/json';
import { modelTemplates } from '../template/model-template';
import type { LengthModel, LengthPlan } from './measure';
import { tokenizerFolder } from './tokenizer-files';

/**
 * Tokenizers that write a BOS as `add_bos_token` says (transformers 4: `LlamaTokenizerFast.update_post_processor`); what others do
 * stands in their tokenizer.json, whatever the settings beside it say.
 */
const setsBosItself = /^(?:(?:Code)?Llama|Gemma)Tokenizer(?:Fast)?$/;

/** What the lengths are counted by: the tokenizers of the enabled models that are here, or characters where none is. */
export function lengthPlan(context: Context): LengthPlan {
  const limit = context.settings.training.arguments.max_seq_length;
  const templates = modelTemplates(context);
  const { readJson, stat } = context.host.files;
  const models = modelsOf(context, undefined).map((model): LengthModel => {
    const folder = tokenizerFolder(context, model);
    const tokenizer = path.join(folder, 'tokenizer.json');
    const config = fieldsOf(readJson(path.join(folder, 'tokenizer_config.json'), 32_000_000));
    const template = templates.find((each) => each.model === model.name);
    const bos = template?.bos ?? tokenText(config?.['bos_token']);
    return {
      name: model.name,
      tokenizer: stat(tokenizer) ? tokenizer : undefined,
      template,
      addsBos:
        bos === '' ? false : setsBosItself.test(String(config?.['tokenizer_class'])) ? config?.['add_bos_token'] !== false : undefined,
      bos,
      eos: template?.eos ?? tokenText(config?.['eos_token']),
    };
  });
  const known = models.filter(({ tokenizer }) => tokenizer !== undefined);
  const estimate: LengthModel = {
    name: models.map(({ name }) => name).join(', '),
    tokenizer: undefined,
    template: undefined,
    addsBos: true,
    bos: '',
    eos: '',
  };
  return { limit, models: known.length > 0 ? known : [estimate] };
}

const tokenText = (value: unknown): string => {
  const text = fieldsOf(value)?.['content'] ?? value;
  return typeof text === 'string' ? text : '';
};
