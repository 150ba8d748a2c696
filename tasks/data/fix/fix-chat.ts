import { meantRole } from '../chat/roles';

export type Row = Record<string, unknown>;
export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

type ChatFix = 'sharegpt' | 'role-name';

/** A row with its messages as chat templates know them, and what was mended in them. */
export function fixedChat(row: Row): { row: Row; fixes: ChatFix[] } {
  const column = ['messages', 'conversations', 'conversation'].find((name) => Array.isArray(row[name]));
  if (column === undefined) return fixedSides(row);
  const { messages, fixes } = fixedMessages(row[column] as unknown[]);
  const isForeign = fixes.includes('sharegpt');
  // In its place, so that the columns keep their order; never over another column.
  if (fixes.length === 0 || (isForeign && column !== 'messages' && 'messages' in row)) return { row, fixes: [] };
  const name = isForeign ? 'messages' : column;
  return {
    row: Object.fromEntries(Object.entries(row).map(([each, value]) => (each === column ? [name, messages] : [each, value]))),
    fixes,
  };
}

/** `prompt` and `completion` as two lists of messages. */
function fixedSides(row: Row): { row: Row; fixes: ChatFix[] } {
  const { prompt, completion } = row;
  if (!Array.isArray(prompt) || !Array.isArray(completion)) return { row, fixes: [] };
  const [asked, answered] = [fixedMessages(prompt), fixedMessages(completion)];
  const fixes = [...new Set([...asked.fixes, ...answered.fixes])];
  return { row: { ...row, prompt: asked.messages, completion: answered.messages }, fixes };
}

function fixedMessages(list: readonly unknown[]): { messages: readonly unknown[]; fixes: ChatFix[] } {
  if (list.length === 0 || !list.every(isRow)) return { messages: list, fixes: [] };
  const isForeign = list.every((message) => 'from' in message && 'value' in message && !('role' in message) && !('content' in message));
  const fixes = new Set<ChatFix>(isForeign ? ['sharegpt'] : []);
  const messages = list.map((message) => {
    const { from, value, ...more } = message;
    const named: Row = isForeign ? { role: from, content: value, ...more } : message;
    const role = meantRole(named['role']);
    if (role === undefined) return named;
    if (!isForeign) fixes.add('role-name');
    return { ...named, role };
  });
  return { messages, fixes: [...fixes] };
}
