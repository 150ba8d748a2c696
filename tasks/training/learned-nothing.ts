import { UserError } from '../common/errors';
import { plural } from '../common/format';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import { stepsOf } from '../gpu/memory/steps-of';
import type { TrainingFacts } from './facts';
import type { TrainingInputs } from './inputs';

/** The least steps of a training that is proposed. */
const someSteps = 5;

/** An adapter that went through all steps and is what it was before them: who has it would take the base for a fine-tune. */
export function learnedNothing(
  context: Context,
  name: string,
  { training, on }: TrainingInputs,
  { steps, rows }: TrainingFacts,
): UserError {
  const train = (set: string) => `\`${commandOf(context, 'train', { name, set: [...others(context, set), set] })}\``;
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
        ? `${train(`training.arguments.epochs=${more}`)} makes more steps of these rows`
        : `${train(`training.arguments.learning_rate=${Math.min(1, rate * 10)}`)} learns faster`,
  });
}

/** What else was set for this run. */
const others = (context: Context, set: string): string[] =>
  context.optionValues('set').filter((each) => !each.startsWith(set.slice(0, set.indexOf('=') + 1)));
