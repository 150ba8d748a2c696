import * as path from 'node:path';
import { families } from '../../knowledge/known-models';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';

/** The name that a tokenizer has by itself; where none is there it stands for all of them. */
export const tokenizerName = 'tokenizer.json';
const alone = [tokenizerName, 'tokenizer.model', 'vocab.txt', 'spiece.model', 'sentencepiece.bpe.model'];

/** Whether a vocabulary that `AutoTokenizer` reads is among the files; of `tokenizer_config.json` alone it makes nothing. */
export const hasTokenizer = (has: (name: string) => boolean): boolean =>
  alone.some(has) || (has('vocab.json') && has('merges.txt')) || has('qwen.tiktoken');

/**
 * Whether a folder lacks the tokenizer that its kind of model is trained with: a kind of language model that we know, and no code of
 * its own. A file without a byte is none.
 */
export function lacksTokenizer({ files }: Host, folder: string): boolean {
  const fields = (name: string) => fieldsOf(tryParsePython(files.readText(path.join(folder, name))));
  const config = fields('config.json');
  if (!families.some(({ is }) => is === config?.model_type)) return false;
  if (config?.auto_map || fields('tokenizer_config.json')?.auto_map) return false;
  return !hasTokenizer((name) => (files.stat(path.join(folder, name))?.size ?? 0) > 0);
}

/** What is there that looks like one, and why it is none. */
export function almostTokenizer({ files }: Host, folder: string): string {
  const size = (name: string) => files.stat(path.join(folder, name))?.size;
  const empty = alone.find((name) => size(name) === 0);
  if (empty !== undefined) return `\`${empty}\` is empty`;
  if (size('tekken.json') !== undefined) return '`tekken.json` is read with mistral-common alone';
  return size('tokenizer_config.json') === undefined ? 'no other tokenizer is there' : '`tokenizer_config.json` has no vocabulary';
}
