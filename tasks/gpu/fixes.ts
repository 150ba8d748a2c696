/** Settings by the names that `--set` takes: `training.arguments.batch_size`. */
export type NamedSettings = Readonly<Record<string, number | boolean | string>>;

/** A fix by settings: the command that shows that they do, then how they hold for every run. */
export function fixBySettings(settings: NamedSettings): string {
  const options = Object.entries(settings).map(([name, value]) => `--set ${name}=${value}`);
  const sections = new Map<string, string[]>();
  const plain: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    const [section = '', key] = name.replace(/^training\./, '').split('.');
    if (key === undefined) plain.push(`\`${section}: ${value}\``);
    else sections.set(section, [...(sections.get(section) ?? []), `${key}: ${value}`]);
  }
  const lines = [...sections].map(([section, pairs]) => `\`${section}: { ${pairs.join(', ')} }\``);
  return `\`npx just gpu ${options.join(' ')}\`\nfor every run: ${[...lines, ...plain].join(' and ')} in configs/training_config.remote.yaml`;
}
/** What mends an environment that is not what its lock says. */
export const repair = '`npx just env:remote --force` installs the environment again';
