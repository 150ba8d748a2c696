import { defineTask, type LoraTask } from './cli/task';
import type { Environment } from './common/environment';
import type { Context } from './engine/context';
import { noGpuOption } from './gpu';
import type { ReportedTask } from './report/looks';

export interface ReportTaskOptions {
  /** The tasks that the page is about, by environment; without them those of just-lora. */
  local?: readonly LoraTask[];
  remote?: readonly LoraTask[];
}

/**
 * Writes one page that tells how this machine is, and every remote whose records were fetched.
 * It looks for itself: a look leaves no record (`--check`, `validate`), and the record of a run tells how it was then.
 * Its own runs leave no record either, since they would push out those that the page shows.
 * @example task('report', reportTask({ local: [setupTask([venvTask(), myOwnTask], { name: 'start' })] }))
 */
export function reportTask(options: ReportTaskOptions = {}): LoraTask {
  const reported = ({ environment }: Context): ReportedTask[] => {
    const tasks = options[environment];
    return tasks ? tasks.map(({ definition, steps }) => ({ name: definition.name, steps })) : ownTasks[environment]();
  };
  return defineTask({
    name: 'report',
    description: 'Write an HTML report on the state of the project',
    details:
      'Checks this machine, takes the run records fetched from the remotes, and writes verdict, steps, storage, packages and the history of runs into one file that needs no network. Secrets are left out.',
    example: 'npx just report --output=report.html',
    onMachines: true,
    options: [
      { name: 'output', value: 'file', description: 'where the page goes', default: '.just-lora/report.html' },
      { name: 'remote', value: 'name', description: 'fetch the run records of this remote first; may be repeated' },
      { name: 'open', description: 'show the page in the browser of this desktop' },
      noGpuOption,
    ],
    skipRecord: true,
    items(context) {
      const remotes = [...new Set(context.optionValues('remote'))];
      const fetched = remotes.map((name) =>
        (require('./report/fetch-step') as typeof import('./report/fetch-step')).fetchStep(context, name),
      );
      return [...fetched, (require('./report/report-step') as typeof import('./report/report-step')).reportStep(reported)];
    },
    async summary(context) {
      const { fileOf } = require('./report/report-step') as typeof import('./report/report-step');
      const { shown } = require('./engine/paths') as typeof import('./engine/paths');
      const file = fileOf(context);
      const { pathToFileURL } = require('node:url') as typeof import('node:url');
      const lines = [shown(context.root, file), pathToFileURL(file).href];
      if (context.option('open') === undefined) return lines.join('\n');
      const { openPage } = require('./report/open-page') as typeof import('./report/open-page');
      return [...lines, await openPage(context, file)].join('\n');
    },
  });
}

/** Loaded when a page is written: every start of just reads this file. */
const ownTasks: Readonly<Record<Environment, () => ReportedTask[]>> = {
  local: () => [named('setup:local', (require('./setup-local') as typeof import('./setup-local')).setupLocalTask())],
  // The models are no part of the set-up, but nothing is trained without.
  remote: () => [
    named('setup:remote', (require('./setup-remote') as typeof import('./setup-remote')).setupRemoteTask()),
    named('model:download', (require('./model-verify') as typeof import('./model-verify')).modelVerifyTask()),
  ],
};

const named = (name: string, { steps }: LoraTask): ReportedTask => ({ name, steps });
