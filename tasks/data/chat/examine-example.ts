import { quotedName, quoteOf } from '../report/quote';
import type { Counter } from '../report/tally';
import type { RawRow } from '../rows/block';
import { jsonOf } from '../rows/json-of';
import { hasBadCharacters } from '../text/bad-characters';
import { addressesIn, hasSecret } from '../text/private';
import { type Example, isLearned, isWeight, type Message } from './example';
import type { ChatKind } from './kinds';
import { meantRole, plainRole, roles } from './roles';
import { toolsOf } from './tools';

/** Tokens of the templates of the Llama, Mistral, ChatML, Gemma and Phi families. */
const special =
  /<\/?s>|<\|(?:begin_of_text|end_of_text|eot_id|eom_id|start_header_id|end_header_id|im_start|im_end|endoftext|end|user|assistant|system)\|>|\[\/?INST\]|<(?:start|end)_of_turn>/;
const beginning = /^\s*(?:<s>|<\|begin_of_text\|>|<bos>)/;

/** Judges one example by itself: what it says, and who says it. */
export function examineExample({ shape, isChat, messages, tools, ignored = [] }: Example, { text, line }: RawRow, counter: Counter): void {
  const tell = (kind: ChatKind, detail?: string, at = 0) =>
    counter.add(kind, () => ({ line, quote: quoteOf(text, at), ...(detail === undefined ? {} : { detail }) }));
  /** Nothing of the text is shown: what was found is what must not be. */
  const tellAlone = (kind: ChatKind, count: number) => counter.add(kind, () => ({ line }), count);
  if (shape === 'sharegpt') tell('sharegpt');
  for (const column of ignored) tell('ignored-column', `\`${column}\``);
  if (!toolsOf(tools)) tell('tools');
  if (messages.length === 0) {
    tell('no-messages');
    return;
  }
  const found = new Set<ChatKind>();
  const once = (kind: ChatKind, detail?: string) => {
    if (found.has(kind)) return;
    found.add(kind);
    tell(kind, detail);
  };
  for (const message of messages) {
    if (isChat) examineRole(message, shape === 'sharegpt', once);
    if (!isWeight(message.weight)) once('weight', quotedName(jsonOf(message.weight)));
    const content = examineContent(message, once);
    if (content === undefined) continue;
    if (shape === 'text' && beginning.test(content)) once('template-applied');
    else if (content.length < 1e6 && /[<[]/.test(content) && special.test(content)) once('special-token');
    if (hasBadCharacters(content)) once('bad-characters');
    if (hasSecret(content)) tellAlone('secret', 1);
    const addresses = addressesIn(content);
    if (addresses > 0) tellAlone('address', addresses);
  }
  examineTurns(messages, once);
}

/** @param isForeign whether names of another program are what is told already */
function examineRole({ role }: Message, isForeign: boolean, once: (kind: ChatKind, detail?: string) => void): void {
  const meant = meantRole(role);
  if (roles.has(role) || (meant && isForeign)) return;
  once(meant ? 'role-name' : 'unknown-role', typeof role === 'string' ? quotedName(role) : 'no role');
}

function examineContent(message: Message, once: (kind: ChatKind, detail?: string) => void): string | undefined {
  const { role, content, more } = message;
  const calls = more?.['tool_calls'] ?? [];
  if (!Array.isArray(calls)) once('content-type', `\`tool_calls\` is ${typeName(calls)}`);
  const isCall = Array.isArray(calls) && calls.length > 0;
  if (content === null || content === undefined) {
    // A call has no words of its own.
    if (!isCall) once('no-content', ofRole(role));
    return undefined;
  }
  if (Array.isArray(content)) once('parts');
  else if (typeof content !== 'string') once('content-type', typeName(content));
  else {
    if (isBlank(content) && !isCall) once(isLearned(plainRole(role), message) ? 'no-answer' : 'empty-message', ofRole(role));
    return content;
  }
  return undefined;
}

/** As Python's `str.strip` has it, which takes five controls more. */
const isBlank = (text: string): boolean => /^[\s\x1c-\x1f\x85]*$/.test(text);

const ofRole = (role: unknown): string => (typeof role === 'string' ? `of ${quotedName(role)}` : 'without a role');

/** What it is to a person: a table has integers of 64 bits and points of time too. */
const typeName = (value: unknown): string =>
  value instanceof Date
    ? 'a point of time'
    : typeof value === 'bigint' || typeof value === 'number'
      ? 'a number'
      : value instanceof Uint8Array
        ? 'bytes'
        : `a value of type ${typeof value}`;

function examineTurns(messages: readonly Message[], once: (kind: ChatKind, detail?: string) => void): void {
  const order = messages.map(({ role }) => plainRole(role));
  if (!order.includes('assistant')) {
    once('no-answer', 'no message of `assistant`');
    return;
  }
  if (!messages.some((message) => isLearned(plainRole(message.role), message))) {
    once('no-answer', 'every answer has the `weight` 0');
    return;
  }
  if (order.at(-1) !== 'assistant') once('ends-without-answer', `it is of ${quotedName(String(order.at(-1)))}`);
  const turns = order.filter((role) => role !== 'system' && role !== 'developer');
  const twice = turns.findIndex((role, index) => index > 0 && role === turns[index - 1] && (role === 'user' || role === 'assistant'));
  if (twice > 0) once('turns', `\`${turns[twice]}\` twice in a row`);
  else if (turns[0] === 'assistant' && turns.length > 1) once('turns', '`assistant` first');
}
