import { compareDotted } from '../../common/dotted';
import type { ProfileChoice } from '../../environments/profile/decide';
import { goodCards, leastCapability } from '../../knowledge/cuda';
import type { TorchBuild } from '../../knowledge/known-builds';
import { capabilitiesOf, covers, isNewerThan } from '../../knowledge/torch';
import type { Gpu } from '../driver/query-driver';
import type { GpuRequirements } from '../driver/requirements';
import { fixBySettings } from '../fixes';
import type { LayerFault } from '../layer';

/** What a card is held against: the training, and the torch that is chosen for it. */
export interface Wanted extends GpuRequirements {
  choice: Pick<ProfileChoice, 'profile' | 'torch' | 'covering'>;
}

/** What keeps a card from being used at all: memory errors, its compute mode, MIG without a device. */
export function healthFault({ index, name, mig, migDevices, health, faults }: Gpu): LayerFault | undefined {
  const gone = faults.find((text) => /is lost|requires reset/i.test(text));
  if (gone)
    return {
      code: 'E_GPU_LOST',
      found: `GPU ${index} (${name}) stopped answering (${gone})`,
      needed: 'a card that answers',
      fix: rebootCard,
    };
  if (health?.uncorrectedErrors)
    return {
      code: 'E_GPU_ECC',
      found: `GPU ${index} (${name}) had ${health.uncorrectedErrors} memory error${health.uncorrectedErrors === 1 ? '' : 's'} that ECC could not correct`,
      needed: 'no uncorrected error since the driver was loaded',
      fix: `end what uses it, then \`sudo nvidia-smi --gpu-reset -i ${index}\`\nif they come back: have the card replaced`,
    };
  if (health?.computeMode === 'prohibited')
    return {
      code: 'E_GPU_PROHIBITED',
      found: `GPU ${index} (${name}) is in compute mode Prohibited`,
      needed: 'compute mode Default',
      fix: `\`sudo nvidia-smi -i ${index} -c DEFAULT\``,
    };
  if (mig === 'enabled' && migDevices.length === 0)
    return {
      code: 'E_GPU_MIG',
      found: `GPU ${index} (${name}) is split by MIG, and no MIG device is made`,
      needed: 'a MIG device, or MIG switched off',
      fix: `\`sudo nvidia-smi mig -i ${index} -cgi 0 -C\` makes one of the whole card\nto switch MIG off instead: \`sudo nvidia-smi -i ${index} -mig 0\``,
    };
  return undefined;
}

/** A card that does not say how much memory it has, where others do: what it answers elsewhere is not worth more. */
export function silentFault({ index, name, faults }: Gpu): LayerFault | undefined {
  const memory = faults.filter((text) => /^memory\.(?:total|free) /.test(text));
  if (memory.length < 2) return undefined;
  return {
    code: 'E_GPU_LOST',
    found: `GPU ${index} (${name}) does not say how much memory it has (${memory.join(', ')})`,
    needed: 'a card that answers',
    fix: rebootCard,
  };
}

/** What a card cannot do, by its compute capability; one that is not known is no fault. */
export function capabilityFault(
  { index, name, capability }: Gpu,
  { fourBit, computeType, attention, choice }: Wanted,
): LayerFault | undefined {
  if (!capability) return undefined;
  const card = `GPU ${index} (${name}) has compute capability ${capability}`;
  const { build } = choice.torch;
  if (build && !covers(build.architectures, capability)) return withoutCode(card, capability, build, choice);
  if (fourBit && compareDotted(capability, leastCapability.fourBit) < 0)
    return {
      code: 'E_GPU_CAPABILITY',
      found: `${card}, and 4-bit weights need ${leastCapability.fourBit}`,
      needed: `capability ${leastCapability.fourBit} or later`,
      fix: useNewerCard,
    };
  if (computeType === 'bfloat16' && compareDotted(capability, leastCapability.bfloat16) < 0)
    return {
      code: 'E_GPU_BFLOAT16',
      found: `${card}, and \`quantization.compute_dtype: bfloat16\` needs ${leastCapability.bfloat16}`,
      needed: `capability ${leastCapability.bfloat16} or later, or float16`,
      fix: fixBySettings({ 'training.quantization.compute_dtype': 'float16' }),
    };
  if (attention === 'flash_attention_2' && compareDotted(capability, leastCapability.flashAttention) < 0)
    return {
      code: 'E_GPU_CAPABILITY',
      found: `${card}, and \`attention: flash_attention_2\` needs ${leastCapability.flashAttention}`,
      needed: `capability ${leastCapability.flashAttention} or later, or another attention`,
      fix: fixBySettings({ 'training.attention': 'auto' }),
    };
  return undefined;
}

/** A card that the torch of the profile has no code for: too new, or too old. */
function withoutCode(card: string, capability: string, { architectures }: TorchBuild, choice: Wanted['choice']): LayerFault {
  const { profile, torch } = choice;
  const { oldest, newestMajor } = capabilitiesOf(architectures);
  const built = architectures === '' ? 'the processor alone on aarch64' : architectures;
  const found = `${card}, and torch ${torch.version} of profile ${profile} is built for ${built}`;
  const code = 'E_GPU_CAPABILITY';
  const better = choice.covering(capability);
  if (better)
    return {
      code,
      found,
      needed: `profile ${better.profile}, whose torch ${better.torch.version} has code for it`,
      fix: `\`npx just setup:remote --set remote.profile=${better.profile}\``,
    };
  const isNewer = isNewerThan(capability, architectures);
  return {
    code,
    found,
    needed: `capability ${oldest} to ${newestMajor}.x`,
    fix: isNewer ? `use a card up to capability ${newestMajor}.x (${goodCards.all})` : useNewerCard,
  };
}

const rebootCard = '`sudo reboot`\nif it is lost again: look at its power, cooling and slot';
const useNewerCard = `use a newer card (capability ${goodCards.capability} or later: ${goodCards.few})`;
