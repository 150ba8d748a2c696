import { shellWord } from '../common/format';
import type { Context } from './context';

/** Options that say how a run is shown or how far it goes: a cure is the run itself, without them. `force` is a cure's own. */
const aside = ['plan', 'check', 'force', 'json', 'verbose', 'help', 'version', 'detach'];
/** Options that mean the same for every task. */
const ofEveryTask = ['env', 'set', 'locked', 'config'];

/** What a run was asked for. */
export type Asked = Pick<Context, 'task' | 'optionNames' | 'optionValues'>;

/** Options of a cure by name: a value, '' for a switch, several values, `undefined` for one that is left out. */
export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The command of a cure, with the options that this run was given, so that it is about the same thing as the run. Of another task
 * it has those that mean the same for every task, and those in `shared`.
 * @param changes take the place of what was given
 * @param shared options of this run that mean the same for the other task
 */
export function commandOf(context: Asked, task: string = context.task, changes: Changes = {}, shared: readonly string[] = []): string {
  const goesAlong = (name: string): boolean => (task === context.task ? !aside.includes(name) : [...ofEveryTask, ...shared].includes(name));
  // What was given keeps its place, with its new value.
  const names = new Set([...context.optionNames().filter((name) => goesAlong(name) || name in changes), ...Object.keys(changes)]);
  const valuesOf = (name: string): readonly string[] => {
    const values = name in changes ? changes[name] : context.optionValues(name);
    return typeof values === 'string' ? [values] : (values ?? []);
  };
  return [`npx just ${task}`, ...[...names].flatMap((name) => valuesOf(name).map((value) => optionText(name, value)))].join(' ');
}

/**
 * A cure whose commands say what this run was told by `--set`, each where it says nothing of that setting itself: what it makes is then
 * for the settings that were found wanting, and not for those of the files.
 */
export function withSets(context: Pick<Asked, 'optionValues'>, cure: string): string {
  const sets = context.optionValues('set');
  if (sets.length === 0) return cure;
  const told = (command: string): string => {
    const isSaid = (set: string) => ['--set ', '--set='].some((option) => command.includes(option + set.slice(0, set.indexOf('=') + 1)));
    const missing = sets.filter((set) => !isSaid(set));
    return [command, ...missing.map((set) => optionText('set', set))].join(' ');
  };
  return cure.replace(/`[^`]*`/g, (quoted) => quoted.replace(/npx just [\w:-]+(?:(?! && | \|\| | \| |; )[^`])*/g, told));
}

/** What no shell reads as anything else, behind the sign of an option. */
const plain = /^[\w./:,@+-]+$/;
const wordOf = (value: string): string => (plain.test(value) ? value : shellWord(value));

function optionText(name: string, value: string): string {
  if (value === '') return `--${name}`;
  // As the documents write it: `--set paths.models_dir=models`.
  const [, key, to] = (name === 'set' && /^([\w.-]+)=(.*)$/s.exec(value)) || [];
  return key === undefined ? `--${name}=${wordOf(value)}` : `--set ${key}=${to ? wordOf(to) : ''}`;
}
