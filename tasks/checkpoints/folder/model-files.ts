import * as path from 'node:path';
import type { ModelFiles } from '../../knowledge/model-kinds';
import type { Host } from '../../platform';
import { tryParsePython } from '../../untrusted/python-json';

/** Names of files of which one at least is a tokenizer. */
const tokenizers = ['tokenizer.json', 'tokenizer.model', 'tokenizer_config.json', 'vocab.json', 'vocab.txt', 'tekken.json'];

/** The files that say what a model needs, and whether its tokenizer is among them. */
export interface ReadModelFiles extends ModelFiles {
  sawTokenizer: boolean;
}

/**
 * Reads them, as Python does, by whoever has them: a folder, or the Hub before a download.
 * @param has the files that are there
 * @param read the text of one; `undefined` where it is not to be had
 */
export async function readModelFiles(
  has: (name: string) => boolean,
  read: (name: string) => Promise<string | undefined> | string | undefined,
): Promise<ReadModelFiles> {
  const text = async (name: string) => (has(name) ? read(name) : undefined);
  const [config, tokenizer, tokenizerConfig] = [
    await text('config.json'),
    await text('tokenizer.json'),
    await text('tokenizer_config.json'),
  ];
  return modelFilesOf(has, { config, tokenizer, tokenizerConfig });
}

function modelFilesOf(
  has: (name: string) => boolean,
  texts: { config: string | undefined; tokenizer: string | undefined; tokenizerConfig: string | undefined },
): ReadModelFiles {
  const config = tryParsePython(texts.config);
  const whole = (!has('tokenizer.json') || texts.tokenizer !== undefined) && tokenizers.some(has);
  return {
    ...(config === undefined ? {} : { config }),
    tokenizer: texts.tokenizer,
    tokenizerConfig: tryParsePython(texts.tokenizerConfig),
    hasTemplateFile: has('chat_template.jinja'),
    sawTokenizer: whole,
  };
}

/** The same of a folder that is here. */
export function modelFilesIn({ files }: Host, folder: string): ReadModelFiles {
  const has = (name: string) => files.stat(path.join(folder, name))?.isFile() === true;
  const text = (name: string) => (has(name) ? files.readText(path.join(folder, name)) : undefined);
  return modelFilesOf(has, {
    config: text('config.json'),
    tokenizer: text('tokenizer.json'),
    tokenizerConfig: text('tokenizer_config.json'),
  });
}
