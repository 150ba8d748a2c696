import { shellWord } from '../common/format';
import type { Context } from './context';

/** Options that say how a run is shown, how far it goes or where: a cure is the run itself, without them. `force` is a cure's own. */
const aside = ['plan', 'check', 'force', 'json', 'verbose', 'help', 'version', 'on', 'detach', 'send-token'];
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

/** What no shell reads as anything else, behind the sign of an option. */
const plain = /^[\w./:,@+-]+$/;
const wordOf = (value: string): string => (plain.test(value) ? value : shellWord(value));

function optionText(name: string, value: string): string {
  if (value === '') return `--${name}`;
  // As the documents write it: `--set paths.models_dir=models`.
  const [, key, to] = (name === 'set' && /^([\w.-]+)=(.*)$/s.exec(value)) || [];
  return key === undefined ? `--${name}=${wordOf(value)}` : `--set ${key}=${to ? wordOf(to) : ''}`;
}
