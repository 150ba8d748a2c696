import { columns } from '../../common/columns';
import { UserError } from '../../common/errors';
import { bytes, some } from '../../common/format';
import type { Table } from '../../engine/step';
import type { MachineOutcome } from '../../machines/outcome';
import { type Fields, fieldsOf } from '../../untrusted/json';

/**
 * How a task came out on several machines, a line each; what a machine's steps say of its GPU and profile stands there where one
 * of them says anything. Below it the first fault of each with what mends it.
 * @param width of the terminal, in cells; `undefined` for a file
 */
export function machinesTable(outcomes: readonly MachineOutcome[], width?: number): string {
  const facts = outcomes.map(({ report }) => factsOf(fieldsOf(report) ?? {}));
  const named = (['gpu', 'free', 'profile'] as const).filter((name) => facts.some((fact) => fact[name]));
  const headings = { gpu: 'GPU', free: 'free memory', profile: 'profile' };
  const rows: Table = [
    ['machine', 'outcome', 'exit code', ...named.map((name) => headings[name])],
    ...outcomes.map(({ name, report, exitCode }, at): string[] => [
      name,
      textOf((report as Fields)['outcome']) ?? 'unknown',
      String(exitCode),
      ...named.map((each) => facts[at]?.[each] ?? ''),
    ]),
  ];
  return [columns(rows, '', width), ...faultsOf(outcomes)].join('\n');
}

/** The faults, each told once: several machines may have the same. */
function faultsOf(outcomes: readonly MachineOutcome[]): string[] {
  const names = new Map<string, string[]>();
  for (const outcome of outcomes) {
    const fault = faultOf(outcome);
    if (fault) names.set(fault, [...(names.get(fault) ?? []), outcome.name]);
  }
  return [...names].map(([fault, machines]) => `${some(machines, 8)}: ${fault}`);
}

/**
 * The first fault of a machine: the error that ended it, or the first step that is wrong where a look goes on behind it. The lines above
 * show it whole; here it is what is wrong and the first way that mends it.
 */
function faultOf({ error, report }: MachineOutcome): string | undefined {
  const { steps } = report as Fields;
  const wrong = (Array.isArray(steps) ? steps : [])
    .map((step) => fieldsOf(step) ?? {})
    .find(({ state }) => state === 'blocked' || state === 'failed');
  if (error && !(error instanceof UserError)) return error.message;
  const { code, found, fix }: Fields = error ? { ...error.fault } : (wrong ?? {});
  const cure = textOf(fix)?.split('\n')[0];
  if (textOf(found) === undefined) return undefined;
  return `${found}${textOf(code) ? ` (${code})` : ''}${cure ? `\n  fix: ${cure}` : ''}`;
}

interface Facts {
  gpu?: string | undefined;
  free?: string | undefined;
  profile?: string | undefined;
}

/** What the steps' data say; they come from another machine, so each field is what it should be or is not there. */
function factsOf({ steps }: Fields): Facts {
  const facts: Facts = {};
  for (const step of Array.isArray(steps) ? steps : []) {
    const { gpus, profile } = fieldsOf(fieldsOf(step)?.['data']) ?? {};
    facts.profile ??= textOf(profile);
    const cards = (Array.isArray(gpus) ? gpus : []).map((card) => fieldsOf(card) ?? {}).filter(({ usable }) => usable === true);
    if (cards.length === 0 || facts.gpu) continue;
    const names = [...new Set(cards.flatMap(({ name }) => textOf(name) ?? []))].join(', ');
    facts.gpu = cards.length > 1 ? `${cards.length} × ${names}` : names;
    const free = cards.flatMap(({ memoryFreeBytes }) => (typeof memoryFreeBytes === 'number' ? [memoryFreeBytes] : []));
    if (free.length > 0) facts.free = bytes(Math.max(...free));
  }
  return facts;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
