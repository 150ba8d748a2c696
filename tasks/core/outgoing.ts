import { hidden, isSecretName, isSecretValue } from '../untrusted/secret-shapes';
import { lastLines, notOurs, sentence, sentences, valueText } from '../untrusted/text';
import type { Fault } from './errors';
import type { StepReport } from './report';

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
const outgoingTail = (text: string): string => lastLines(text, 200);

/** What a tail looks like under a fault: no line of it begins like one of ours. */
export const quoted = (tail: string, indent: string): string[] => tail.split('\n').map((line) => `${indent}| ${line}`.trimEnd());

/** A step as it may be shown, but for its further fields. */
export function outgoingStep(report: StepReport): StepReport {
  const { name, title, found, needed, fix, code, warning, changed, table, tail, actions } = report;
  return {
    ...report,
    // It begins lines, and may be that of a remote or a model.
    name: notOurs(sentence(name, 200)),
    title: sentence(title, 300),
    found: sentence(found),
    ...(needed === undefined ? {} : { needed: sentence(needed) }),
    ...(fix === undefined ? {} : { fix: sentences(fix) }),
    ...(code === undefined ? {} : { code: sentence(code, 80) }),
    ...(warning === undefined ? {} : { warning: sentence(warning) }),
    ...(changed === undefined ? {} : { changed: changed.map((input) => sentence(input, 300)) }),
    ...(table === undefined ? {} : { table: table.map((row) => row.map(cell)) }),
    ...(tail === undefined ? {} : { tail: outgoingTail(tail) }),
    actions: actions.map(({ title: done, durationMs }) => ({ title: sentence(done, 500), durationMs })),
  };
}

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
