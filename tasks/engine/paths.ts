import * as path from 'node:path';
import type { PathSettings } from '../settings/schema/definition';
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

/** A path relative to a folder that it lies in, links not looked at; `undefined` for the folder itself and all that is elsewhere. */
export function below(folder: string, file: string): string | undefined {
  const relative = path.relative(folder, file);
  const isOutside = relative === '' || relative.split(path.sep)[0] === '..' || path.isAbsolute(relative);
  return isOutside ? undefined : relative;
}

/** A path as a message shows it: relative inside the project. */
export const shown = (root: string, file: string): string => (path.relative(root, file) === '' ? '.' : (below(root, file) ?? file));
