import type { Context, Environment } from './core/context';
import { defineTask, type LoraTask } from './core/task';
import type { ReportedTask } from './report/step';

export interface ReportTaskOptions {
  /** The set-up that the page is about, by environment; without it that of just-lora. */
  local?: LoraTask;
  remote?: LoraTask;
}

/**
 * Writes one page that tells how this machine is, and every remote whose records were fetched.
 * It looks for itself: a look leaves no record (`--check`, `validate`), and the record of a run tells how it was then.
 * Its own runs leave no record either, since they would push out those that the page shows.
 * @example task('report', reportTask({ local: setupTask([venvTask(), myOwnTask], { name: 'start' }) }))
 */
export function reportTask(options: ReportTaskOptions = {}): LoraTask {
  const reported = ({ environment }: Context): ReportedTask => {
    const task = options[environment] ?? ownSetUp(environment);
    return { name: task.definition.name, steps: task.steps };
  };
  return defineTask({
    name: 'report',
    description: 'Write one HTML page that tells how everything is',
    details:
      'Looks at this machine, takes what was fetched of the remotes, and writes verdict, steps, storage, packages and the history of runs into one file that needs no network. Secrets are left out.',
    example: 'npx just report --output=report.html',
    options: [
      { name: 'output', value: 'file', description: 'where the page goes', default: '.just-lora/report.html' },
      { name: 'remote', value: 'name', description: 'fetch the run records of this remote first; may be repeated' },
    ],
    unrecorded: true,
    items(context) {
      const remotes = [...new Set(context.optionValues('remote'))];
      const fetched = remotes.map((name) =>
        (require('./report/fetch-step') as typeof import('./report/fetch-step')).fetchStep(context, name),
      );
      return [...fetched, (require('./report/step') as typeof import('./report/step')).reportStep(reported)];
    },
    summary: (context) => {
      const { fileOf } = require('./report/step') as typeof import('./report/step');
      const { shown } = require('./core/paths') as typeof import('./core/paths');
      return shown(context.root, fileOf(context));
    },
  });
}

const ownSetUp = (environment: Environment): LoraTask => {
  if (environment === 'local') return (require('./setup-local') as typeof import('./setup-local')).setupLocalTask();
  return (require('./conda') as typeof import('./conda')).condaTask();
};
