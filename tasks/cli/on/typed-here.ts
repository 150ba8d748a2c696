/** Tasks that take `--on`, by name: those that this project has. */
export const machineTasks = new Set<string>();

/**
 * A text of another machine with its commands as they are typed here, so that a cure mends that machine and not this one:
 * `npx just env:remote` there is `npx just env:remote --on=gpu` here, and what is synced goes there.
 * @param name of the machine under `remotes`
 */
export const typedHere = (text: string, name: string): string =>
  text.replace(/`[^`\n]*`/g, (quoted) =>
    // What was brought there has a configuration of its own.
    quoted
      .replace(/ --config=(?:'[^']*'|[^\s`]+)/g, '')
      .replace(/\bnpx just ([a-z][a-z:-]*)((?: [^\s`&|;]+)*)/g, (command: string, task: string, options: string) => {
        const option = task.startsWith('sync:') ? 'remote' : machineTasks.has(task) ? 'on' : undefined;
        return option === undefined || new RegExp(` --${option}\\b`).test(options) ? command : `${command} --${option}=${name}`;
      }),
  );
