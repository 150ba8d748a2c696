import type { Environment } from '../../common/environment';
import type { Options } from '../options';

/** Options that are about this side, and those of just itself. */
const staysHere = ['on', 'detach', 'send-token', 'json', 'force', 'locked', 'config', 'defaultConfig', 'esm'];

/**
 * The options that go on to a machine, in one order: two commands that mean the same are the same.
 * @param broughtSteps what `--force` names of them is brought anew, and means nothing there
 */
export function travelling({ given, force, locked }: Options, broughtSteps: readonly string[]): string[] {
  const options = [...given].filter(([name]) => !staysHere.includes(name)).sort(([one], [other]) => (one < other ? -1 : 1));
  const forced = typeof force === 'boolean' ? force : force.filter((step) => !broughtSteps.includes(step));
  return [
    ...options.flatMap(([name, values]) => values.map((value) => (value === '' ? `--${name}` : `--${name}=${value}`))),
    ...(forced === true ? ['--force'] : forced && forced.length > 0 ? [`--force=${forced.join(',')}`] : []),
    ...(locked ? ['--locked'] : []),
  ];
}

/** The environment that a run on a machine is about: `--env`, else that of a machine that trains, whose files `--on` brings. */
export const environmentThere = ({ given }: Options): Environment => (given.get('env')?.at(-1) === 'local' ? 'local' : 'remote');
