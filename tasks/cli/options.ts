import { parseArgs } from 'node:util';
import type { Environment } from '../common/environment';
import { type UserError, usageError } from '../common/errors';
import { currentName } from '../common/former-names';
import { nearest } from '../common/nearest';
import type { OptionDefinition, TaskDefinition } from '../engine/task-definition';
import type { Host } from '../platform';

/** The options that every task has. */
export const commonOptions: readonly OptionDefinition[] = [
  { name: 'plan', also: ['--dry-run'], description: 'show what would be done, and why; change nothing' },
  { name: 'check', description: 'check only: exit 3 if something is left to do, 1 if something is blocked' },
  { name: 'force', value: '[step]', description: 'run all steps, or the one named, even if they are done' },
  { name: 'json', description: 'print one JSON document on stdout, and nothing else' },
  { name: 'set', value: 'path=value', description: 'override one setting for this run; may be repeated' },
  { name: 'locked', description: 'fail if a lock file is out of date', default: 'on where CI is set' },
  { name: 'verbose', description: 'show every command that is run, with its output' },
  { name: 'help', also: ['-h'], description: 'show what a task does, its options and its steps' },
  { name: 'version', also: ['-V'], description: 'show the versions of just-lora and Node' },
];

/** An option of every task, whose default is the task's. */
export const environmentOption: OptionDefinition = { name: 'env', value: 'local|remote', description: 'which environment' };

/** Options of every task that is about a machine. */
export const machineOptions: readonly OptionDefinition[] = [
  { name: 'on', value: 'name', description: 'run on this machine of `remotes`, or on several (`--on=a,b`, `--on=all`), and show it here' },
  { name: 'detach', description: 'with --on: start it there, and return at once' },
  { name: 'send-token', description: "with --on: give that run this machine's token of the Hub" },
];

/** The options that the help of a task explains: its own, those of machines, and the environment with its default. */
export const ownOptions = ({ options = [], onMachines }: TaskDefinition, environmentDefault: string): OptionDefinition[] => [
  ...options,
  ...(onMachines ? machineOptions : []),
  { ...environmentOption, default: environmentDefault },
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
  version: boolean;
  environment: Environment | undefined;
  /** Every option that was given, with its values in order; a switch has one empty value each time. */
  given: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the options of a task.
 * @param args what follows `just` on the command line, the name of the task too
 * @param isTask whether a word names a task
 * @param env `CI` means `--locked`, `JUST_LORA_ENV` is `--env` where there is none
 * @throws UserError E_USAGE, exit code 2: unknown option, unknown step, a second task, a value missing or too much
 */
export function parseOptions(
  args: readonly string[],
  own: readonly OptionDefinition[],
  env: Host['env'],
  isTask: (word: string) => boolean = () => true,
): Options {
  // A task's own definition of a common option comes first: `--plan` may take a file.
  const known = [...own, ...commonOptions.filter(({ name }) => !own.some((option) => option.name === name)), ...justOptions];
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(known.map((option) => [option.name, { type: takesNext(option) ? 'string' : 'boolean' } as const])),
  });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'positional') {
      // `--force venv` behind the task is `--force=venv`; in front of it the word is the task.
      const before = tokens[at - 1];
      if (words.length > 0 && before?.kind === 'option' && before.name === 'force' && before.value === undefined)
        given.set('force', [...(given.get('force') ?? []).slice(0, -1), token.value]);
      else words.push(token.value);
    }
    if (token.kind !== 'option') continue;
    const option = known.find(({ name, also = [] }) => name === token.name || also.includes(token.rawName));
    if (!option) throw unknownOption(token.rawName, known);
    if (takesNext(option) && !token.value)
      throw usageError(`\`--${option.name}\` needs a value: \`--${option.name} ${option.value}\``, 'add the value');
    if (!option.value && token.value !== undefined)
      throw usageError(`\`--${option.name}\` takes no value`, `write \`--${option.name}\` alone`);
    refuseLongName(option, token.value ?? '');
    given.set(option.name, [...(given.get(option.name) ?? []), token.value ?? '']);
  }
  const has = (name: string) => given.has(name);
  const [, second] = words;
  if (second !== undefined) {
    // What makes a run a mere look goes along with each: the advice is pasted.
    const flags = ['plan', 'check', 'json', 'verbose'].filter((name) => given.get(name)?.at(-1) === '').map((name) => ` --${name}`);
    const each = words.filter(isTask).map((word) => `npx just ${word}${flags.join('')}`);
    const other = words.find((word) => !isTask(word));
    if (other !== undefined)
      throw usageError(
        `\`${other}\` is neither a task nor an option`,
        `leave it out: \`${each.join(' && ')}\`; \`npx just\` lists every task`,
      );
    throw usageError(`just runs one task at a time: \`${second}\` would be left out`, `\`${each.join(' && ')}\``);
  }
  const elsewhere = machineOptions.find((option) => option.name !== 'on' && own.includes(option) && has(option.name));
  if (elsewhere && !has('on'))
    throw usageError(`\`--${elsewhere.name}\` is about a run on another machine`, 'add `--on=NAME`, or leave it out');
  const asksText = ['help', 'version'].find(has);
  if (asksText && has('json')) throw textOnly(`\`--${asksText}\``);
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
    version: has('version'),
    environment: environmentOf(given.get('env')?.at(-1) ?? env.JUST_LORA_ENV),
    given,
  };
}

/** What is text for a person is refused where a program wants a document. */
export const textOnly = (what: string): UserError =>
  usageError(`${what} is text for a person: \`--json\` has no document of it`, 'leave `--json` out');

const takesNext = (option: OptionDefinition): boolean => option.value !== undefined && !option.value.startsWith('[');

/** Bytes of a name: what file systems take (NAME_MAX of Linux and macOS). */
const longestName = 255;

/** @throws UserError E_USAGE where an option that names files or folders has a name that no file can have */
function refuseLongName({ name, value = '' }: OptionDefinition, given: string): void {
  if (!['name', 'file', 'folder', 'path', 'place'].includes(value)) return;
  const longest = Math.max(...given.split(/[/,]/).map((part) => Buffer.byteLength(part)));
  if (longest > longestName)
    throw usageError(`\`--${name}\`: a name of ${longest} bytes`, `a shorter name: a file system takes ${longestName} bytes at most`);
}

function unknownOption(raw: string, known: readonly OptionDefinition[]) {
  if (raw === '--on')
    return usageError(
      'this task is about this machine: it takes no `--on`',
      'leave it out; the other side of `sync:…` is named by `--remote`, and `npx just setup:remote --on=NAME` sets up a machine',
    );
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
