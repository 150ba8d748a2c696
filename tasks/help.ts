import type { LoraTask } from './cli/task';
import { usageError } from './common/errors';
import { currentName } from './common/former-names';
import { nearest } from './common/nearest';

/** The words behind the name of a task that takes some: `help options`. */
const wordsBehind = (task: string): string[] => {
  const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  return words.slice(words.indexOf(task) + 1);
};

/** A task of words alone: no steps, no record. */
export interface WordTask {
  name: string;
  description: string;
  /** @param width of the terminal, in cells. @returns the text that is printed. @throws UserError E_USAGE */
  text(width?: number): string;
}

/** Explains what holds for all tasks, or one task. */
export const helpOfTasks = (tasks: readonly LoraTask[]): WordTask => ({
  name: 'help',
  description: 'Explain the options of every task (`help options`), or one task (`help storage`)',
  text(width) {
    const { helpOf, sharedOptionsText } = require('./cli/help') as typeof import('./cli/help');
    const [about = 'options'] = wordsBehind('help');
    if (about === 'options') return sharedOptionsText(width);
    const task = tasks.find(({ definition }) => definition.name === currentName(about));
    if (task) return helpOf(task, width);
    const meant = nearest(about, ['options', ...tasks.map(({ definition }) => definition.name)]);
    throw usageError(
      `no task \`${about}\` to explain`,
      meant ? `did you mean \`npx just help ${meant}\`?` : '`npx just` lists every task, `npx just help options` explains their options',
    );
  },
});

/** Prints the completion for a shell, made of the tasks, options and steps of this project. */
export const completionOfTasks = (tasks: readonly LoraTask[]): WordTask => ({
  name: 'completion',
  description: 'Print the completion for bash, zsh or fish (`completion bash`)',
  text() {
    const { completionFor, shells } = require('./cli/completion/completion') as typeof import('./cli/completion/completion');
    const [shell = ''] = wordsBehind('completion');
    if (!Object.hasOwn(shells, shell))
      throw usageError(
        shell === '' ? 'the completion is for one shell, and none is named' : `no completion for \`${shell}\``,
        Object.keys(shells)
          .map((name) => `\`npx just completion ${name}\``)
          .join(', '),
      );
    return completionFor(shell as keyof typeof shells, tasks);
  },
});
