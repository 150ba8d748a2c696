import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { modelsOf } from '../../hub/model/models';
import { fieldsOf } from '../../untrusted/json';
import { tokenizerFolder } from '../length/tokenizer-files';

/** The chat template of a model, with the special tokens that it is rendered with. */
export interface ModelTemplate {
  /** The model's name in the settings. */
  model: string;
  text: string;
  bos: string;
  eos: string;
  pad: string | undefined;
  /** Files that it was read from, absolute. */
  files: readonly string[];
}

/** Where a tokenizer keeps its template. A file of its own wins: transformers, `get_chat_template`. */
const names = ['tokenizer_config.json', 'chat_template.jinja'] as const;

/** Files that the look at the data rests on besides the data, whether they are there or not. */
export const templateFiles = (context: Context): string[] =>
  modelsOf(context, undefined).flatMap((model) =>
    [...names, 'tokenizer.json'].map((name) => path.join(tokenizerFolder(context, model), name)),
  );

/** The chat templates of the models that are enabled and whose tokenizer is here. */
export function modelTemplates(context: Context): ModelTemplate[] {
  const { readJson, readText } = context.host.files;
  return modelsOf(context, undefined).flatMap((model) => {
    const { name } = model;
    const folder = tokenizerFolder(context, model);
    const [config = '', jinja = ''] = names.map((file) => path.join(folder, file));
    const fields = fieldsOf(readJson(config, 32_000_000));
    const text = readText(jinja) ?? templateOf(fields?.['chat_template']);
    if (text === undefined) return [];
    const token = (key: string) => textOf(fields?.[key]);
    return [
      { model: name, text, bos: token('bos_token') ?? '', eos: token('eos_token') ?? '', pad: token('pad_token'), files: [config, jinja] },
    ];
  });
}

/** A template, or a list of them by name, of which `default` is meant. */
function templateOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value.map(fieldsOf).find((each) => each?.['name'] === 'default');
  return typeof named?.['template'] === 'string' ? named['template'] : undefined;
}

/** A token as text, or as the object that older tokenizers write. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = fieldsOf(value)?.['content'];
  return typeof content === 'string' ? content : undefined;
}
