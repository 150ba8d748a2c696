import { cell, outgoingTail } from '../common/outgoing';
import { notOurs, sentence, sentences } from '../untrusted/text';
import type { StepReport } from './report';

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
