import { UserError } from '../common/errors';
import { plural } from '../common/format';
import type { Context } from '../engine/context';
import { stepsOf } from '../gpu/memory/steps-of';
import type { TrainingFacts } from './facts';
import type { TrainingInputs } from './inputs';
import { withSetting } from './with-setting';

/** The least steps of a training that is proposed. */
const someSteps = 5;

/** An adapter that went through all steps and is what it was before them: who has it would take the base for a fine-tune. */
export function learnedNothing(
  context: Context,
  name: string,
  { training, on }: TrainingInputs,
  { steps, rows }: TrainingFacts,
): UserError {
  const train = (argument: string, value: number) => `\`${withSetting(context, argument, value, { name })}\``;
  const { epochs, learning_rate: rate } = training.arguments;
  // Twice as many, until they make some steps.
  let more = epochs;
  while (rows.rows > 0 && stepsOf({ ...training.arguments, epochs: more }, rows.rows, on.processes) < someSteps) more *= 2;
  return new UserError({
    code: 'E_TRAINING',
    found: `the adapter has learned nothing: every \`lora_B\` is 0 after ${plural(steps, 'step')}, as before the first one`,
    needed: 'steps that change the weights',
    fix:
      more > epochs
        ? `${train('epochs', more)} makes more steps of these rows`
        : `${train('learning_rate', Math.min(1, rate * 10))} learns faster`,
  });
}
