import { isTree } from './merge';

const secretName = /token|secret|passw|credential|api_?key|private_?key/i;
/** Tokens of the Hub, and addresses with a password in them. */
const secretText = /\bhf_[A-Za-z0-9]{8,}|(?<=:\/\/[^/\s:@]*:)[^/\s@]+(?=@)/g;

/** A value as it may be shown: what is secret by its name or by its look is not. */
export function redacted(name: string, value: unknown): unknown {
  if (value !== null && value !== '' && typeof value !== 'boolean' && secretName.test(name.split('.').at(-1) ?? '')) return '(hidden)';
  if (typeof value === 'string') return value.replace(secretText, '(hidden)');
  if (Array.isArray(value)) return value.map((item) => redacted(name, item));
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redacted(key, inner)]));
  return value;
}
