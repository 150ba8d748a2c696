import * as path from 'node:path';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';

/** The chat template beside a tokenizer against the one inside it: what a model is trained with should not depend on a version. */
export function templateWarning({ files }: Host, folder: string): string[] {
  const beside = files.readText(path.join(folder, 'chat_template.jinja'));
  const inside = templateIn(fieldsOf(tryParsePython(files.readText(path.join(folder, 'tokenizer_config.json'))))?.chat_template);
  if (beside === undefined || inside === undefined || withoutEnd(beside) === withoutEnd(inside)) return [];
  return [
    '`chat_template.jinja` is another chat template than that of `tokenizer_config.json`: transformers from 4.47 on reads the first, older ones the second; take out the wrong one',
  ];
}

/** A text, or a list with names of which one is the `default`. */
function templateIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const named = Array.isArray(value) ? value.map(fieldsOf).find((each) => each?.name === 'default') : undefined;
  return typeof named?.template === 'string' ? named.template : undefined;
}

/** Jinja takes off one line's end itself. */
const withoutEnd = (text: string): string => text.replace(/\r?\n$/, '');
