import { compareDotted } from '../../common/dotted';
import type { TorchBuild } from '../../knowledge/known-builds';
import { covers, driverFor } from '../../knowledge/torch';
import type { ChoiceCard, MachineOfChoice } from './machine-of-choice';

/** The torch of a profile on a processor. */
export interface TorchOfProfile {
  version: string | undefined;
  /** `undefined` for a torch that nothing is known of: it rules nothing out. */
  build: TorchBuild | undefined;
}

/** Why a profile does not run on a machine. */
export interface Obstacle {
  kind: 'code' | 'driver';
  /** `GPU 0 is an RTX 5090, sm_120, which torch 2.1.2 has no code for` */
  text: string;
  /** The oldest driver that does, where the driver is why. */
  driver?: string;
}

/**
 * What keeps a profile's torch from running on a machine: a card that it has no code for, or a driver that is too old. Nothing
 * where no card is known.
 * @param cards those that count
 * @param all every one of them has to run, or one is enough
 */
export function obstacleTo(
  torch: TorchOfProfile,
  machine: MachineOfChoice,
  cards: readonly ChoiceCard[],
  all: boolean,
): Obstacle | undefined {
  const judged = cards.map((card) => obstacleFor(torch, machine, card));
  const fails = all ? judged.some(Boolean) : judged.length > 0 && judged.every(Boolean);
  return fails ? judged.find(Boolean) : undefined;
}

function obstacleFor({ version, build }: TorchOfProfile, machine: MachineOfChoice, card: ChoiceCard): Obstacle | undefined {
  if (!build) return undefined;
  const { cuda, architectures } = build;
  if (cuda === undefined) return { kind: 'code', text: `torch ${version} has no CUDA on ${processorOf(machine)}, where ${cardText(card)}` };
  if (card.capability && !covers(architectures, card.capability))
    return { kind: 'code', text: `${cardText(card)}, which torch ${version} has no code for` };
  const least = missingDriver(cuda, machine, card);
  return least === undefined
    ? undefined
    : {
        kind: 'driver',
        text: `torch ${version} (CUDA ${cuda}) needs driver ${least} for it, and ${machine.driver} is here`,
        driver: least,
      };
}

/** The oldest driver for a CUDA on a machine's card. */
export const driverOf = (
  cuda: string,
  { system }: Pick<MachineOfChoice, 'system'>,
  card?: Pick<ChoiceCard, 'capability'>,
): string | undefined => driverFor(cuda, card?.capability, system);

/**
 * The driver that is needed where the one that is there is older. The compatibility package of a data center card serves a newer
 * CUDA on an old driver, but no newer card.
 */
export function missingDriver(
  cuda: string,
  machine: Pick<MachineOfChoice, 'driver' | 'cudaOfDriver' | 'system'>,
  card: Pick<ChoiceCard, 'capability'>,
): string | undefined {
  const { driver, cudaOfDriver, system } = machine;
  const least = driverOf(cuda, machine, card);
  if (!driver || !least || compareDotted(driver, least) >= 0) return undefined;
  const isServed = system === 'driver' && cudaOfDriver !== undefined && Number.parseInt(cudaOfDriver, 10) >= Number.parseInt(cuda, 10);
  return isServed && least === driverOf(cuda, machine) ? undefined : least;
}

/** `GPU 0 is an RTX 5090, sm_120`; of a card that is not at hand `it is a B200, sm_100`. */
const cardText = (card: ChoiceCard): string => `${card.index === undefined ? 'it' : `GPU ${card.index}`} is ${cardWords(card)}`;

/** `an RTX 5090, sm_120` */
export function cardWords({ name, capability }: Pick<ChoiceCard, 'name' | 'capability'>): string {
  const short = name.replace(/^NVIDIA\s+/, '').replace(/^GeForce\s+/, '');
  const article = /^[AEFHILMNORSX](?![a-z])/.test(short) ? 'an' : 'a';
  const code = capability ? `, sm_${capability.replace('.', '')}` : '';
  return `${article} ${short}${code}`;
}

export const processorOf = ({ arch }: Pick<MachineOfChoice, 'arch'>): string => (arch === 'arm64' ? 'aarch64' : 'x86_64');
