/** The roles of chat templates. `ipython` is what Llama 3.1 calls `tool`, `developer` what newer ones call `system`. */
export const roles: ReadonlySet<unknown> = new Set(['system', 'user', 'assistant', 'tool', 'ipython', 'function', 'developer']);

/** What ShareGPT, OpenAssistant, Gemini and people call them. */
const others: Readonly<Record<string, 'system' | 'user' | 'assistant' | 'tool'>> = {
  human: 'user',
  prompter: 'user',
  instruction: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  bot: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  observation: 'tool',
};

/** The role that a foreign name means; `undefined` where it is one already, or nobody knows. */
export function meantRole(role: unknown): string | undefined {
  if (typeof role !== 'string' || roles.has(role)) return undefined;
  const plain = role.trim().toLowerCase();
  if (roles.has(plain)) return plain;
  return Object.hasOwn(others, plain) ? others[plain] : undefined;
}

/** The role as chat templates know it, where anybody knows it. */
export const plainRole = (role: unknown): unknown => meantRole(role) ?? role;
