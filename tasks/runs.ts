import { defineTask, type LoraTask } from './cli/task';

/** Lists the runs on machines, and stops those that are at work. */
export function runsTask(): LoraTask {
  return defineTask({
    name: 'runs',
    description: 'List the runs on a GPU machine, and stop the one at work',
    details: 'A run that `--on` started goes on without us: the same command shows it and its end. The newest 20 of a machine are kept.',
    example: 'npx just runs --on=gpu',
    options: [
      { name: 'on', value: 'name', description: 'whose runs: a machine of `remotes`, or several', default: 'all that are filled in' },
      { name: 'stop', description: 'stop the run that is at work, as Ctrl-C would; without --on on every machine that is filled in' },
    ],
    readOnly: (has) => !has('stop'),
    skipRecord: true,
    items: (context) => (require('./machines/runs-steps') as typeof import('./machines/runs-steps')).runsSteps(context),
  });
}
