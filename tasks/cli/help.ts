import { explained } from '../common/explained';
import { formerNameOf } from '../common/former-names';
import type { OptionDefinition } from '../engine/task-definition';
import { stepNames } from './context';
import { defaultText } from './default-environment';
import { commonOptions, ownOptions } from './options';
import type { LoraTask } from './task';

/**
 * The help of one task: its own options, where the others are explained, and its steps where they are known.
 * @param width of the terminal; without it no line is broken
 */
export function helpText(
  task: { name: string; description: string; details: string; example: string },
  own: readonly OptionDefinition[],
  steps: readonly string[],
  width?: number,
): string {
  const former = formerNameOf(task.name);
  const shared = commonOptions.filter(({ name }) => !own.some((option) => option.name === name));
  return [
    `npx just ${task.name}${former ? ` (also: npx just ${former})` : ''}`,
    `${task.description}. ${task.details}`,
    `Options\n${optionsTable(own, width)}`,
    `and ${shared.map(({ name }) => `--${name}`).join(', ')}: \`npx just help options\``,
    ...(steps.length > 0 ? [`Steps, for \`--force=STEP\`\n  ${steps.join(', ')}`] : []),
    `Example\n  ${task.example}\n`,
  ].join('\n\n');
}

/** The help of a task of this project. */
export const helpOf = ({ definition, steps }: LoraTask, width?: number): string =>
  helpText(definition, ownOptions(definition, defaultText(definition)), stepNames(definition, steps), width);

/** The options that every task has, with their short forms. */
export const sharedOptionsText = (width?: number): string => `Options of every task\n${optionsTable(commonOptions, width)}\n`;

const optionsTable = (options: readonly OptionDefinition[], width: number | undefined): string =>
  explained(
    options.map((option) => [
      `${[...(option.also ?? []), `--${option.name}`].join(', ')}${valueText(option)}`,
      `${option.description} (default: ${option.default ?? (option.value ? 'none' : 'off')})`,
    ]),
    width,
  );

function valueText({ value }: OptionDefinition): string {
  if (!value) return '';
  return value.startsWith('[') ? `[=${value.slice(1)}` : ` ${value}`;
}
