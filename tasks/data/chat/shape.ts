import type { Row } from '../form/examine-row';
import { withColumns } from './columns';
import type { Example, Message } from './example';

/** An example as a training sees it (scripts/training_examples.py, `example_of`, which refuses what has a fault); `undefined` where it has no shape. */
export function exampleOf(row: Row): Example | undefined {
  const example = saidBy(row);
  return example?.isChat && row['tools'] !== undefined && row['tools'] !== null ? { ...example, tools: row['tools'] } : example;
}

function saidBy(row: Row): Example | undefined {
  for (const column of ['messages', 'conversations', 'conversation'] as const) {
    const list = row[column];
    if (!Array.isArray(list)) continue;
    return withColumns(row, { shape: list.some(isForeign) ? 'sharegpt' : 'messages', isChat: true, messages: list.map(messageOf) });
  }
  if ('prompt' in row && 'completion' in row) {
    const { prompt, completion } = row;
    // trl takes a list of messages for both sides too.
    const isChat = Array.isArray(prompt) && Array.isArray(completion);
    const messages = isChat ? [...prompt, ...completion].map(messageOf) : said(prompt, completion);
    return withColumns(row, { shape: 'prompt-completion', isChat, messages });
  }
  const answer = 'output' in row ? 'output' : 'response';
  if ('instruction' in row && answer in row)
    return withColumns(row, { shape: 'instruction', isChat: true, messages: said(row['instruction'], row[answer]) });
  if ('text' in row) return { shape: 'text', isChat: false, messages: [{ role: 'assistant', content: row['text'] }] };
  return undefined;
}

const said = (asked: unknown, answered: unknown): Message[] => [
  { role: 'user', content: asked },
  { role: 'assistant', content: answered },
];

/** A message as ShareGPT writes it. */
const isForeign = (value: unknown): value is Row => typeof value === 'object' && value !== null && 'from' in value && !('role' in value);

function messageOf(value: unknown): Message {
  if (typeof value !== 'object' || value === null) return { role: undefined, content: value };
  const { role, content, weight, more } = isForeign(value) ? foreignParts(value) : parts(value as Row);
  const message: Message = weight === undefined || weight === null ? { role, content } : { role, content, weight };
  for (const _ in more) return { ...message, more };
  return message;
}

const foreignParts = ({ from, value, weight, ...more }: Row) => ({ role: from, content: value, weight, more });
const parts = ({ role, content, weight, ...more }: Row) => ({ role, content, weight, more });
