import type * as v from 'valibot';
import { nearest } from '../../common/nearest';
import { redacted } from '../../untrusted/secrets';
import { isTree } from '../read/merge';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  strict_object: 'a mapping',
  record: 'a mapping',
};

/** What valibot expected, in words. */
export function expectation(issue: v.BaseIssue<unknown>): string {
  const { type, input, message } = issue;
  const requirement = (issue as { requirement?: unknown }).requirement;
  if (type === 'picklist') return oneOf(issue as v.PicklistIssue, input);
  if (type === 'integer') return 'a whole number';
  if (type === 'min_value') return `at least ${String(requirement)}`;
  if (type === 'max_value') return `at most ${String(requirement)}`;
  if (type === 'lt_value') return `less than ${String(requirement)}`;
  if (type === 'gt_value') return `more than ${String(requirement)}`;
  if (type === 'min_length') return Array.isArray(input) ? `at least ${String(requirement)} of them` : 'text that is not empty';
  if (type === 'regex') return /^Invalid /.test(message) ? `text that matches ${String(requirement)}` : message;
  const kind = kinds[type] ?? message;
  if (type === 'string' && typeof input === 'number') return `${kind}: put it in quotes`;
  if (type === 'number' && typeof input === 'string' && /^[\d.]+$/.test(input)) return `${kind}: without quotes`;
  if (type === 'boolean' && typeof input === 'string' && /^(yes|no|on|off)$/i.test(input))
    return `${kind}: \`${input}\` is text in YAML 1.2`;
  return kind;
}

function oneOf(issue: v.PicklistIssue, input: unknown): string {
  const values = [...issue.expected.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
  const meant = typeof input === 'string' ? nearest(input, values) : undefined;
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}${meant ? `; did you mean \`${meant}\`?` : ''}`;
}

/** A value as a message shows it. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (isTree(value)) return 'a mapping';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return String(value);
  // Before it is cut: a part of a secret would not be known as one.
  const text = JSON.stringify(typeof value === 'string' ? redacted(value) : value);
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
}
