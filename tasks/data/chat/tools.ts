import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';

/**
 * The tools of a row, which the chat template gets: a list of objects, or JSON of one, as LLaMA-Factory writes it.
 * scripts/training_examples.py, `tools_of`, does the same.
 * @returns `undefined` where it is neither: the training refuses the row
 */
export function toolsOf(value: unknown): readonly unknown[] | undefined {
  const tools = typeof value === 'string' ? (/^[ \t\r\n]*$/.test(value) ? [] : tryParsePython(value)) : (value ?? []);
  if (tools === null) return [];
  return Array.isArray(tools) && tools.every((each) => fieldsOf(each) && !(each instanceof Uint8Array || each instanceof Date))
    ? tools
    : undefined;
}
