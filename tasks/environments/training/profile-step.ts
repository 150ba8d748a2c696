import { usageError } from '../../common/errors';
import { nearest } from '../../common/nearest';
import type { Step } from '../../engine/step';
import { machineFor } from '../../gpu/driver/machine';
import { gpuIsOptional } from '../../gpu/driver/optional';
import { cardNamed, cards } from '../../knowledge/cards';
import { choiceFault } from '../profile/choice-fault';
import { chooseProfile, chooseProfileFor, describeChoice } from '../profile/choose';
import type { ProfileChoice } from '../profile/decide';
import { machineWith } from '../profile/machine-of-choice';
import { cardWords, processorOf } from '../profile/runs-on';

const [name, title] = ['profile', 'Choose the versions'];

/** Which versions, and why: told in one line, before anything is made of them. */
export const profileStep: Step = {
  name,
  title,
  async check(context) {
    const choice = await chooseProfile(context);
    const fault = choiceFault(choice, machineFor(context));
    if (fault && !gpuIsOptional(context)) return { ...fault, data: dataOf(choice) };
    const warnings = [...(fault ? [fault.found] : []), ...lacksOf(choice)];
    const warning = warnings.length > 0 ? { warning: warnings.join('; ') } : {};
    return { state: 'done', found: describeChoice(choice), data: dataOf(choice), ...warning };
  },
};

/**
 * What would be chosen on a machine with a card that is not at hand.
 * @param asked the card as a person writes it: `b200`
 * @throws UserError E_USAGE for a card that is not known
 */
export function profileElsewhereStep(asked: string): Step {
  const card = cardNamed(asked) ?? unknownCard(asked);
  return {
    name,
    title,
    async check(context) {
      const choice = chooseProfileFor(context, machineWith(card));
      const fault = choiceFault(choice, machineFor(context));
      const there = `on ${processorOf(choice.machine)} with ${cardWords({ name: card.title, capability: card.capability })}`;
      const data = dataOf(choice);
      if (fault) return { ...fault, found: `${there}: ${fault.found}`, data };
      const lacks = lacksOf(choice);
      const needs = choice.driver ? `; needs driver ${choice.driver} or newer` : '';
      const found = `${there}: ${describeChoice(choice)}${needs}`;
      return { state: 'done', found, data, ...(lacks.length > 0 ? { warning: lacks.join('; ') } : {}) };
    },
  };
}

function unknownCard(asked: string): never {
  const meant = nearest(
    asked.toLowerCase(),
    cards.map((card) => card.name),
  );
  throw usageError(
    `\`--for=${asked}\` names no card that is known`,
    meant ? `did you mean \`--for=${meant}\`?` : `one of ${cards.map((card) => card.name).join(', ')}`,
  );
}

function lacksOf({ unmet, forced }: ProfileChoice): string[] {
  return unmet.length > 0 ? [`it does not load ${unmet.join(', ')}${forced ? ': `--set remote.profile=auto` takes what does' : ''}`] : [];
}

const dataOf = ({ profile, forced, versions, machine, driver }: ProfileChoice) => ({
  profile,
  forced,
  versions: Object.fromEntries(versions),
  machine: {
    processor: processorOf(machine),
    cards: machine.cards.map(({ name: card, capability }) => ({ name: card, capability: capability ?? null })),
    driver: machine.driver ?? null,
  },
  driverNeeded: driver ?? null,
});
