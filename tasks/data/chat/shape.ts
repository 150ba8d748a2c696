import type { Row } from '../form/examine-row';

/** The shapes of examples that a training takes, by the columns that they have. */
export type Shape = 'messages' | 'sharegpt' | 'prompt-completion' | 'instruction' | 'text';

/** One message, with what it says still of any type. */
export interface Message {
  role: unknown;
  content: unknown;
  /** What it has besides: `tool_calls`, `name`. */
  more?: Readonly<Record<string, unknown>>;
}

export interface Example {
  shape: Shape;
  /** Who says what; of a plain text nobody does, and it is one answer. */
  messages: readonly Message[];
}

/** An example as a training sees it; `undefined` where it has no shape. */
export function exampleOf(row: Row): Example | undefined {
  for (const column of ['messages', 'conversations', 'conversation'] as const) {
    const list = row[column];
    if (!Array.isArray(list)) continue;
    const isForeign = list.some((each) => typeof each === 'object' && each !== null && 'from' in each && !('role' in each));
    return { shape: isForeign ? 'sharegpt' : 'messages', messages: list.map((each) => messageOf(each, isForeign)) };
  }
  if ('prompt' in row && 'completion' in row)
    return { shape: 'prompt-completion', messages: [...sideOf('user', row['prompt']), ...sideOf('assistant', row['completion'])] };
  const answer = 'output' in row ? 'output' : 'response';
  if ('instruction' in row && answer in row) {
    const { instruction, input } = row;
    const asked = typeof input === 'string' && input !== '' ? `${instruction}\n\n${input}` : instruction;
    return {
      shape: 'instruction',
      messages: [
        { role: 'user', content: asked },
        { role: 'assistant', content: row[answer] },
      ],
    };
  }
  if ('text' in row) return { shape: 'text', messages: [{ role: 'assistant', content: row['text'] }] };
  return undefined;
}

/** trl takes a list of messages for either side too. */
function sideOf(role: string, value: unknown): Message[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null)
    ? value.map((each) => messageOf(each, false))
    : [{ role, content: value }];
}

function messageOf(value: unknown, isForeign: boolean): Message {
  if (typeof value !== 'object' || value === null) return { role: undefined, content: value };
  if (isForeign) {
    const { from, value: content } = value as Row;
    return { role: from, content };
  }
  const { role, content, ...more } = value as Row;
  for (const _ in more) return { role, content, more };
  return { role, content };
}
