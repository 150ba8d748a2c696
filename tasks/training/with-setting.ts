import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';

/** The command of the same training with another value of one of its arguments. @param more options beside those of this run */
export function withSetting(context: Context, name: string, value: number, more: Readonly<Record<string, string>> = {}): string {
  const setting = `training.arguments.${name}=`;
  const others = context.optionValues('set').filter((set) => !set.startsWith(setting));
  return commandOf(context, 'train', { ...more, set: [...others, `${setting}${value}`] });
}
