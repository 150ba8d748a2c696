import { type UserError, usageError } from '../../common/errors';
import { some } from '../../common/format';
import { commandOf } from '../../engine/command';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import { settingsFileOf } from '../../engine/settings-file';
import type { Step } from '../../engine/step';

/** The name of the step that stands for no model. */
export const noModelsName = 'models';

/**
 * The steps of a task that is about models. None of them is an answer where those that are here were asked for, and a mistake
 * elsewhere: who asks for models without naming one means those that are enabled.
 * @throws UserError E_USAGE (exit code 2)
 */
export function stepsOfModels(context: Context, steps: readonly Step[]): readonly Step[] {
  if (steps.length > 0) return steps;
  if (context.option('model') === 'present') return [nonePresent];
  throw noModelEnabled(context);
}

/** No model is meant, since none is enabled. */
export function noModelEnabled(context: Context): UserError {
  const names = Object.keys(context.settings.setup.models);
  const [first] = names;
  if (first === undefined)
    return usageError('the settings have no model (`models` in configs/setup.yaml)', `name one: \`${namingModel(context, 'OWNER/NAME')}\``);
  return usageError(
    `no model is enabled in the settings (\`models.NAME.enabled\`); there are ${some(names.map((name) => `\`${name}\``))}`,
    `name one: \`${namingModel(context, first)}\`\nfor every run: \`models: { ${first}: { enabled: true } }\` in ${settingsFileOf(context, `models.${first}.enabled`)}`,
  );
}

/** The task that runs, for one model. */
export const namingModel = (context: Context, model: string): string => commandOf(context, context.task, { model });

/** What is in the models folder: no model of the settings. */
export const noneHere = (context: Context): string =>
  `no model of the settings is in \`${shown(context.root, projectPaths(context).models_dir)}\``;

const nonePresent: Step = {
  name: noModelsName,
  title: 'Models',
  check: async (context) => ({ state: 'done', found: `${noneHere(context)}, so there is nothing to do for \`--model=present\`` }),
};
