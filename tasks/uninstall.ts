import { defineTask, type LoraTask } from './cli/task';
import { verdict } from './engine/report';
import type { Step } from './engine/step';

/** Loaded when they are looked at: every start of just reads this file. */
const steps = (): readonly Step[] =>
  [
    (require('./uninstall/environments-step') as typeof import('./uninstall/environments-step')).environmentsStep,
    (require('./uninstall/conda-step') as typeof import('./uninstall/conda-step')).condaStep,
    (require('./uninstall/models-step') as typeof import('./uninstall/models-step')).modelsStep,
    (require('./uninstall/files-step') as typeof import('./uninstall/files-step')).filesStep,
    (require('./uninstall/state-step') as typeof import('./uninstall/state-step')).stateStep,
  ] as readonly Step[];

/** Removes what just-lora made on this machine, where a record or a mark proves it. */
export function uninstallTask(): LoraTask {
  return defineTask({
    name: 'uninstall',
    description: 'List what just-lora made on this machine; `--yes` removes it',
    details:
      'Environments, what downloads left, files of the project that nobody changed, and the state in `.just-lora`, each by its mark or record. Data, models, adapters, checkpoints and what a person changed stay. Without `--yes` nothing is removed: exit code 3 where there is something.',
    example: 'npx just uninstall --yes',
    options: [
      { name: 'yes', description: 'remove what is listed' },
      {
        name: 'kept',
        description:
          'also remove checkpoints, files that `--force=project` put aside, and environments or state to which a person added something',
      },
    ],
    items: steps,
    readOnly: (has) => !has('yes'),
    freesSpace: true,
    skipRecord: true,
    allowInvalidSettings: true,
    renderResult(_, ran) {
      const { reportTable } = require('./engine/reporter/table') as typeof import('./engine/reporter/table');
      return reportTable(
        ran,
        ran.outcome === 'unchanged'
          ? 'nothing to remove'
          : `${verdict(ran)}\n\nnothing was removed: \`npx just uninstall --yes\` removes it`,
      );
    },
    summary: () => 'data, models and adapters are untouched; what is left for you: `npm uninstall just-lora`, and your `just.config`',
  });
}
