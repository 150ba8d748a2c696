import type { OptionDefinition } from '../../engine/task-definition';
import { stepNames } from '../context';
import { commonOptions, ownOptions } from '../options';
import type { LoraTask } from '../task';
import { bashCompletion } from './bash';
import { fishCompletion } from './fish';
import { zshCompletion } from './zsh';

export const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** The completion of these tasks for a shell, as its configuration reads it. Names of models and remotes are read when they are asked for. */
export function completionFor(shell: keyof typeof shells, tasks: readonly LoraTask[]): string {
  return shells[shell]({
    tasks: tasks.map(({ definition, steps }) => ({
      name: definition.name,
      options: ownOptions(definition, '').map(typed),
      steps: stepNames(definition, steps),
    })),
    shared: commonOptions.flatMap((option) => [...(option.also ?? []), typed(option)]),
    values: { '--env': ['local', 'remote'] },
  });
}

/** An option as it is typed: `--model=` where it takes a value. */
const typed = ({ name, value }: OptionDefinition): string => `--${name}${value ? '=' : ''}`;
