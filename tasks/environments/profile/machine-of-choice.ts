import type { Context } from '../../engine/context';
import { machineFor } from '../../gpu/driver/machine';
import { cardsAndDriverOf, provenCards } from '../../gpu/driver/proven-cards';
import { driverAnswers } from '../../gpu/driver/query-driver';
import type { KnownCard } from '../../knowledge/cards';
import type { Arch } from '../../knowledge/known-builds';

/** What of a machine decides which versions run there. */
export interface MachineOfChoice {
  arch: Arch;
  /** The cards that programs may use; none where there is no card, or it could not be asked. */
  cards: readonly ChoiceCard[];
  /** `undefined` where it is not known: no driver, or a machine that is not at hand. */
  driver: string | undefined;
  /** The newest CUDA that the driver supports: more than its own where a compatibility package is there. */
  cudaOfDriver: string | undefined;
  /** Whose numbers the driver has: in WSL it is that of Windows. */
  system: 'driver' | 'windows';
}

/** One card. */
export interface ChoiceCard {
  /** The number that `nvidia-smi` has for it; `undefined` for one that is not at hand. */
  index: number | undefined;
  name: string;
  capability: string | undefined;
}

/** This machine: by the last proof of the GPU where that still holds, else by asking the driver. */
export async function thisMachine(context: Context): Promise<MachineOfChoice> {
  const machine = machineFor(context);
  const { cards, driver, cudaOfDriver } = provenCards(context, machine) ?? cardsAndDriverOf(await driverAnswers(context));
  return {
    arch: machine.arch === 'arm64' ? 'arm64' : 'x64',
    cards,
    driver,
    cudaOfDriver,
    system: machine.wsl || machine.platform === 'win32' ? 'windows' : 'driver',
  };
}

/** A machine with a card that a person named. */
export const machineWith = ({ title, capability, arch }: KnownCard): MachineOfChoice => ({
  arch,
  cards: [{ index: undefined, name: title, capability }],
  driver: undefined,
  cudaOfDriver: undefined,
  system: 'driver',
});
