import type { Message } from './example';
import { roles } from './roles';

/**
 * What a chat template decides by: the roles in their order, of what type each content is, and what a message has besides. Examples
 * that have it in common are rendered once, with a mark in place of each text.
 */
export function signatureOf(messages: readonly Message[]): string {
  let signature = '';
  for (const { role, content, more } of messages) {
    signature += `${roles.has(role) ? role : JSON.stringify(role)?.slice(0, 40)}:${contentOf(content)}`;
    if (more) for (const key of Object.keys(more)) signature += `+${key.slice(0, 40)}=${lengthOf(more[key])}`;
    signature += '|';
  }
  return signature;
}

const contentOf = (content: unknown): string =>
  typeof content === 'string' ? 't' : content === null ? 'n' : content === undefined ? '-' : Array.isArray(content) ? 'l' : typeof content;

const lengthOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? String(value.length) : typeof value);

/** Examples of one signature. */
export interface Form {
  count: number;
  line: number;
  /** Messages of the first of them, texts as marks. */
  messages: readonly Record<string, unknown>[];
}

/** What stands in place of a text. */
export const markOf = (index: number): string => `Qz${index}zQ`;

/** Messages as a template gets them, without what they say. */
export const skeletonOf = (messages: readonly Message[]): Record<string, unknown>[] =>
  messages.map(({ role, content, more }, index) => ({
    role,
    ...(content === undefined ? {} : { content: typeof content === 'string' ? markOf(index) : content }),
    ...more,
  }));

/** Different forms that are kept of a block: conversations of any length have few, unless their roles are at random. */
export const mostForms = 500;
