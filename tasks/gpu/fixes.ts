import { type Asked, commandOf } from '../engine/command';

/** Settings by the names that `--set` takes: `training.arguments.batch_size`. */
export type NamedSettings = Readonly<Record<string, number | boolean | string>>;

/** A run without options. */
const bare: Asked = { task: '', optionNames: () => [], optionValues: () => [] };

/**
 * A fix by settings: the command that shows that they do, then how they hold for every run.
 * @param context of a run that was given options: the command is about the same model with the same other settings
 */
export function fixBySettings(settings: NamedSettings, context: Asked = bare): string {
  const sections = new Map<string, string[]>();
  const plain: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    const [section = '', key] = name.replace(/^training\./, '').split('.');
    if (key === undefined) plain.push(`\`${section}: ${value}\``);
    else sections.set(section, [...(sections.get(section) ?? []), `${key}: ${value}`]);
  }
  const lines = [...sections].map(([section, pairs]) => `\`${section}: { ${pairs.join(', ')} }\``);
  const given = context.optionValues('set').filter((set) => !Object.keys(settings).some((name) => set.startsWith(`${name}=`)));
  const set = [...given, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)];
  return `\`${commandOf(context, 'gpu', { set }, ['model'])}\`\nfor every run: ${[...lines, ...plain].join(' and ')} in configs/training_config.remote.yaml`;
}
/** What mends an environment that is not what its lock says. */
export const repair = '`npx just env:remote --force` installs the environment again';
