import { bytes, plural, some } from '../../common/format';
import type { Finding, Table } from '../../engine/step';
import { kindOf } from '../kinds';
import { lengthText } from '../length/lengths';
import type { DataReport, Fault } from './document';

/** What a look at the data says. @param gate whether errors stop the run, or are a warning */
export function findingOf(report: DataReport, gate: 'warn' | 'block'): Finding {
  const { files, faults, notLookedAt } = report;
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const size = `${plural(rows, 'row')} in ${plural(files.length, 'file')}, ${bytes(files.reduce((sum, file) => sum + file.bytes, 0))}`;
  const lengths = lengthText(report.lengths);
  const { near } = report;
  const compared = near && near.compared < near.of ? `${near.compared} of ${near.of} compared for near duplicates` : '';
  const read = [size, lengths, compared].filter(Boolean).join('; ');
  const errors = faults.filter(({ level }) => level === 'error');
  const warnings = faults.filter(({ level }) => level === 'warning');
  const rest = {
    ...(faults.length > 0 ? { table: tableOf(faults) } : {}),
    data: { data: report },
  };
  const told = [
    ...Object.entries(report.withoutTokenizer).map(
      ([model, why]) => `no tokenizer of ${model} when the data was looked at (${why}): \`npx just data:check --force\` tries again`,
    ),
    ...(notLookedAt.length > 0 ? [`not looked at: ${some(notLookedAt)}; \`npx just data:check --force\` looks again`] : []),
    ...(warnings.length > 0 ? [`${plural(warnings.length, 'kind')} of what may be meant otherwise`] : []),
  ];
  if (errors.length === 0) {
    const found = warnings.length > 0 ? `${read}: no error` : `${read}: nothing wrong`;
    return { state: 'done', found, ...(told.length > 0 ? { warning: told.join('; ') } : {}), ...rest };
  }
  const found = `${read}: ${plural(errors.length, 'kind')} of errors, the first: ${sentenceOf(errors[0] as Fault)}`;
  if (gate === 'warn')
    return { state: 'done', found: read, warning: `${found.slice(read.length + 2)}; \`npx just data:check\` tells all`, ...rest };
  return {
    state: 'blocked',
    code: 'E_DATA',
    found,
    needed: 'rows that every reader takes and a training means',
    fix: fixOf(errors),
    ...rest,
  };
}

const placeOf = ({ file, line, column }: Fault): string => [file, ...(line > 0 ? [line] : []), ...(column ? [column] : [])].join(':');

/** One fault: where, and what it is. */
export function sentenceOf(fault: Fault): string {
  const { kind, detail } = fault;
  return `${placeOf(fault)}: ${detail ? `${detail}: ` : ''}${kindOf(kind).says}`;
}

/** What mends the errors, each once. */
function fixOf(errors: readonly Fault[]): string {
  const fixes = [...new Set(errors.map(({ kind }) => kindOf(kind).fix))];
  return fixes.slice(0, 6).join('\n');
}

function tableOf(faults: readonly Fault[]): Table {
  return [
    ['', 'count', 'first', 'what'],
    ...faults.map((fault) => {
      const { kind, level, count, detail, quote } = fault;
      const says = [...(detail ? [detail] : []), kindOf(kind).says].join(': ');
      return [level, String(count), placeOf(fault), quote ? `${says}: ${quote}` : says];
    }),
  ];
}
