import { parseArgs } from 'node:util';
import type { Environment } from '../common/environment';
import { usageError } from '../common/errors';
import { currentName, formerNameOf } from '../common/former-names';
import { nearest } from '../common/nearest';
import type { OptionDefinition } from '../engine/task-definition';
import type { Host } from '../platform';

/** The options that every task has. */
export const commonOptions: readonly OptionDefinition[] = [
  { name: 'plan', description: 'show what would be done, and why; change nothing' },
  { name: 'check', description: 'check only: exit 3 if something is left to do, 1 if something is blocked' },
  { name: 'force', value: '[step]', description: 'run all steps, or the one named, even if they are done' },
  { name: 'json', description: 'print one JSON document on stdout, and nothing else' },
  { name: 'set', value: 'path=value', description: 'override one setting for this run; may be repeated' },
  { name: 'locked', description: 'fail if a lock file is out of date', default: 'on where CI is set' },
  { name: 'verbose', description: 'show every command that is run, with its output' },
  { name: 'help', description: 'show this help' },
];

/** Options of just itself, which reach us in the same list. */
const justOptions: readonly OptionDefinition[] = [
  { name: 'config', value: 'file', description: '' },
  { name: 'defaultConfig', value: 'file', description: '' },
  { name: 'esm', description: '' },
];

export interface Options {
  plan: boolean;
  check: boolean;
  /** `true` forces all steps, a list those that it names. */
  force: boolean | readonly string[];
  json: boolean;
  sets: readonly string[];
  locked: boolean;
  verbose: boolean;
  help: boolean;
  environment: Environment | undefined;
  /** Every option that was given, with its values in order; a switch has one empty value each time. */
  given: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the options of a task.
 * @param args what follows `just` on the command line, the name of the task too
 * @param env `CI` means `--locked`, `JUST_LORA_ENV` is `--env` where there is none
 * @throws UserError E_USAGE, exit code 2: unknown option, unknown step, a second task, a value missing or too much
 */
export function parseOptions(args: readonly string[], own: readonly OptionDefinition[], env: Host['env']): Options {
  // A task's own definition of a common option comes first: `--plan` may take a file.
  const known = [...own, ...commonOptions.filter(({ name }) => !own.some((option) => option.name === name)), ...justOptions];
  const { tokens, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(known.map((option) => [option.name, { type: takesNext(option) ? 'string' : 'boolean' } as const])),
  });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = known.find(({ name }) => name === token.name);
    if (!option) throw unknownOption(token.rawName, known);
    if (takesNext(option) && !token.value)
      throw usageError(`\`--${option.name}\` needs a value: \`--${option.name} ${option.value}\``, 'add the value');
    if (!option.value && token.value !== undefined)
      throw usageError(`\`--${option.name}\` takes no value`, `write \`--${option.name}\` alone`);
    given.set(option.name, [...(given.get(option.name) ?? []), token.value ?? '']);
  }
  const [task, second] = positionals;
  if (second !== undefined)
    throw usageError(`just runs one task at a time: \`${second}\` would be left out`, `\`npx just ${task} && npx just ${second}\``);
  const has = (name: string) => given.has(name);
  if (has('plan') && has('check')) throw usageError('`--plan` and `--check` exclude each other', 'choose one');
  return {
    // With a value it is no look: it names the plan to carry out.
    plan: given.get('plan')?.at(-1) === '',
    check: has('check'),
    force: forceOf(given.get('force')),
    json: has('json'),
    sets: given.get('set') ?? [],
    locked: has('locked') || !['', '0', 'false'].includes(env.CI ?? ''),
    verbose: has('verbose'),
    help: has('help'),
    environment: environmentOf(given.get('env')?.at(-1) ?? env.JUST_LORA_ENV),
    given,
  };
}

/** The help of one task. */
export function helpText(
  task: { name: string; description: string; details: string; example: string },
  own: readonly OptionDefinition[],
): string {
  const rows = [...own, ...commonOptions.filter(({ name }) => !own.some((option) => option.name === name))].map((option) => [
    `  --${option.name}${option.value ? (option.value.startsWith('[') ? `[=${option.value.slice(1)}` : ` ${option.value}`) : ''}`,
    `${option.description} (default: ${option.default ?? (option.value ? 'none' : 'off')})`,
  ]);
  const width = Math.max(...rows.map(([left = '']) => left.length));
  const table = rows.map(([left = '', right = '']) => `${left.padEnd(width)}  ${right}`).join('\n');
  const former = formerNameOf(task.name);
  return `npx just ${task.name}${former ? ` (also: npx just ${former})` : ''}\n\n${task.description}. ${task.details}\n\nOptions\n${table}\n\nExample\n  ${task.example}\n`;
}

const takesNext = (option: OptionDefinition): boolean => option.value !== undefined && !option.value.startsWith('[');

function unknownOption(raw: string, known: readonly OptionDefinition[]) {
  const meant = nearest(
    raw.replace(/^-+/, ''),
    known.map(({ name }) => name),
  );
  return usageError(`unknown option \`${raw}\``, meant ? `did you mean \`--${meant}\`?` : 'add `--help` to see the options');
}

function forceOf(values: readonly string[] | undefined): Options['force'] {
  if (!values) return false;
  const named = values.flatMap((value) => value.split(',')).filter(Boolean);
  return named.length > 0 ? named : true;
}

/** @throws UserError E_USAGE where `--force` names a step that the task does not have */
export function refuseUnknownSteps(force: Options['force'], steps: readonly string[]): void {
  if (typeof force === 'boolean') return;
  for (const name of force) {
    if (steps.includes(name) || steps.includes(currentName(name))) continue;
    const meant = nearest(name, steps);
    throw usageError(
      `unknown step \`${name}\`: this task has ${steps.join(', ')}`,
      meant ? `did you mean \`--force=${meant}\`?` : `\`--force=${steps[0]}\`, for example`,
    );
  }
}

function environmentOf(value: string | undefined): Environment | undefined {
  if (value === undefined || value === '') return undefined;
  if (value === 'local' || value === 'remote') return value;
  throw usageError(`unknown environment \`${value}\``, '`--env=local` or `--env=remote`');
}
