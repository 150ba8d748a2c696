import { some } from '../../common/format';
import type { Blocked } from '../../engine/step';
import { updateDriver } from '../../gpu/driver/install-driver';
import type { GpuMachine } from '../../gpu/driver/machine';
import { goodCards } from '../../knowledge/cuda';
import type { ProfileChoice } from './decide';

const useNewerCard = `use a newer card (capability ${goodCards.capability} or later: ${goodCards.few})`;

/**
 * Why the choice leads to nothing that trains on this machine, before anything of it is fetched; `undefined` where it does.
 * @param machine whose driver is updated
 */
export function choiceFault(choice: ProfileChoice, machine: GpuMachine): Blocked | undefined {
  const { profile, forced, obstacle, better, unmet, loadsNone } = choice;
  if (obstacle) {
    const instead = better ? `\`npx just env:remote --set remote.profile=auto\` takes ${better.profile}, which runs here` : '';
    return blockedBy(obstacle, {
      found: `profile ${profile} does not run on this machine: ${obstacle.text}`,
      code: 'E_GPU_CAPABILITY',
      needed: better
        ? `profile ${better.profile}, whose torch ${better.torch.version} does`
        : 'a card that the torch of a profile has code for',
      fixes: [instead, obstacle.driver ? updateDriver(machine, obstacle.driver) : better ? '' : useNewerCard],
    });
  }
  if (forced || !loadsNone || !better?.obstacle) return undefined;
  return blockedBy(better.obstacle, {
    found: `no profile loads a model of the settings and runs on this machine: ${profile} does not load ${some(unmet, 2)}; ${better.profile} would: ${better.obstacle.text}`,
    code: 'E_PROFILE',
    needed: `a card that torch ${better.torch.version} has code for, or a model that ${profile} loads`,
    fixes: [
      better.obstacle.driver ? updateDriver(machine, better.obstacle.driver) : useNewerCard,
      `\`npx just env:remote --set remote.profile=${profile}\` makes it all the same`,
    ],
  });
}

function blockedBy(
  { driver }: NonNullable<ProfileChoice['obstacle']>,
  { found, code, needed, fixes }: { found: string; code: string; needed: string; fixes: readonly string[] },
): Blocked {
  const fault = driver ? { code: 'E_DRIVER_OLD', needed: `driver ${driver} or newer` } : { code, needed };
  return { state: 'blocked', ...fault, found, fix: fixes.filter(Boolean).join('\n') };
}
