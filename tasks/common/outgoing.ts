import { hidden, isSecretName, isSecretValue } from '../untrusted/secret-shapes';
import { lastLines, sentence, sentences, valueText } from '../untrusted/text';
import type { Fault } from './errors';

/**
 * The one door by which text leaves the program: the screen, JSON, records, the report, errors. What passes it has no
 * secret and no control in it, one line where one line is meant, and a length that a person can read.
 * Passing twice changes nothing.
 */

/** A fault as it may be shown. */
export function outgoingFault({ code, found, needed, fix, tail }: Fault): Fault {
  return {
    code: sentence(code, 80),
    found: sentence(found),
    ...(needed === undefined ? {} : { needed: sentence(needed) }),
    fix: sentences(fix),
    ...(tail ? { tail: outgoingTail(tail) } : {}),
  };
}

/** Programs' words are cut to 20 lines where they come in; lists of ours, of wrong settings for one, are longer. */
export const outgoingTail = (text: string): string => lastLines(text, 200);

/** What a tail looks like under a fault: no line of it begins like one of ours. */
export const quoted = (tail: string, indent: string): string[] => tail.split('\n').map((line) => `${indent}| ${line}`.trimEnd());

/** A cell of a table. */
export const cell = (text: string): string => sentence(text, 1000);

/** Any value of a document, however deep, with the names of its fields: what a step adds to `--json`, versions, a proof. */
export function outgoingValue(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return isSecretName(name) && isSecretValue(name, value) ? hidden : valueText(value);
  if (Array.isArray(value)) return value.map((item) => outgoingValue(item, name));
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return outgoingValue(value.toJSON(), name);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [valueText(key, 4200), outgoingValue(inner, key)]));
}
