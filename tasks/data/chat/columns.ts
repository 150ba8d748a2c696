import type { Row } from '../form/examine-row';
import type { Example, Message, Shape } from './example';
import { plainRole } from './roles';

/** Columns beside those of a shape that belong to the example, as Alpaca, Dolly and LLaMA-Factory write them; beside a text none does. */
const beside: Readonly<Record<Shape, readonly string[]>> = {
  messages: ['history', 'system'],
  sharegpt: ['history', 'system'],
  'prompt-completion': ['input', 'context', 'history', 'system'],
  instruction: ['input', 'context', 'history', 'system'],
  text: [],
};

/**
 * An example with what stands in the columns beside it: `input` or `context` behind the instruction, the turns of `history` before it,
 * `system` first, where no system message is. What has no place is named. scripts/training_examples.py, `with_columns`, does the same.
 */
export function withColumns(row: Row, example: Example): Example {
  const columns = beside[example.shape].filter((column) => saysSomething(row[column]));
  if (columns.length === 0) return example;
  const ignored: string[] = [];
  let messages = example.messages;
  let hasInput = false;
  for (const column of columns) {
    const taken = hasInput && column === 'context' ? undefined : withColumn({ ...example, messages }, column, row[column]);
    if (column === 'input') hasInput = true;
    if (taken) messages = taken;
    else ignored.push(column);
  }
  return { ...example, messages, ...(ignored.length > 0 ? { ignored } : {}) };
}

/** Null, blanks and an empty list are nothing: many files have the column in every row. */
const saysSomething = (value: unknown): boolean =>
  value !== null &&
  value !== undefined &&
  !(typeof value === 'string' && /^[ \t\r\n]*$/.test(value)) &&
  !(Array.isArray(value) && value.length === 0);

/** @returns the messages with the column, `undefined` where it has no place in them */
function withColumn({ shape, isChat, messages }: Example, column: string, value: unknown): readonly Message[] | undefined {
  if (column === 'system') {
    const isFirst = !messages.some(({ role }) => ['system', 'developer'].includes(String(plainRole(role))));
    return isChat && isFirst && typeof value === 'string' ? [{ role: 'system', content: value }, ...messages] : undefined;
  }
  if (shape !== 'instruction') return undefined;
  if (column === 'history') return isPairs(value) ? [...value.flatMap(turnsOf), ...messages] : undefined;
  const [asked, ...others] = messages;
  if (typeof value !== 'string' || typeof asked?.content !== 'string') return undefined;
  return [{ ...asked, content: `${asked.content}\n\n${value}` }, ...others];
}

const isPairs = (value: unknown): value is [string, string][] =>
  Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((each) => typeof each === 'string'));

const turnsOf = ([asked, answered]: [string, string]): Message[] => [
  { role: 'user', content: asked },
  { role: 'assistant', content: answered },
];
