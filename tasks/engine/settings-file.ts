import type { Context } from './context';

/** The file in which a setting is to be changed: the one that has the last word on it now, else the one for every machine. */
export function settingsFileOf({ origins }: Pick<Context, 'origins'>, setting: string): string {
  const file = origins.get(setting)?.replace(/:\d+(?::\d+)?$/, '') ?? '';
  return file.endsWith('.yaml') ? file : 'configs/setup.yaml';
}
