import * as path from 'node:path';
import type { PathSettings } from '../configuration/definition';
import type { Context } from './context';

/** A path of the settings as an absolute one: `~` is the home folder, relative ones start at the project. */
export function absolute({ root, host }: Pick<Context, 'root' | 'host'>, setting: string): string {
  const expanded = setting === '~' || setting.startsWith('~/') ? path.join(host.home ?? '~', setting.slice(1)) : setting;
  return path.resolve(root, expanded);
}

/** The folders of the project, by setting. */
export function projectPaths(context: Pick<Context, 'root' | 'host' | 'settings'>): Record<Exclude<keyof PathSettings, '$schema'>, string> {
  const { data_raw, data_processed, data_synthetic, models_dir, adapters_dir, hf_home } = context.settings.paths;
  const settings = { data_raw, data_processed, data_synthetic, models_dir, adapters_dir, hf_home };
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, absolute(context, value)])) as ReturnType<
    typeof projectPaths
  >;
}

/** A path as a message shows it: relative inside the project. */
export function shown(root: string, file: string): string {
  const relative = path.relative(root, file);
  return relative === '' ? '.' : relative.startsWith('..') ? file : relative;
}
