import { compareDotted } from '../parse/dotted';
import { leastCapability, profileTorch } from '../versions/cuda';
import { covers, torchBuild } from '../versions/torch';
import type { Gpu } from './ask-driver';
import type { LayerFault } from './layer';

/** What the training asks of a card. */
export interface Wanted {
  fourBit: boolean;
  computeType: 'bfloat16' | 'float16' | 'float32';
}

/** What keeps a card from being used at all: memory errors, its compute mode, MIG without a device. */
export function healthFault({ index, name, mig, migDevices, health }: Gpu): LayerFault | undefined {
  if (health?.uncorrectedErrors)
    return {
      code: 'E_GPU_ECC',
      found: `GPU ${index} (${name}) had ${health.uncorrectedErrors} memory error${health.uncorrectedErrors === 1 ? '' : 's'} that ECC could not correct`,
      needed: 'no uncorrected error since the driver was loaded',
      fix: `end what uses it, then \`sudo nvidia-smi --gpu-reset -i ${index}\`; where they come back, have the card replaced`,
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
      fix: `\`sudo nvidia-smi mig -i ${index} -cgi 0 -C\` makes one of the whole card, \`sudo nvidia-smi -i ${index} -mig 0\` switches MIG off`,
    };
  return undefined;
}

/** What a card cannot do, by its compute capability; one that is not known is no fault. */
export function capabilityFault({ index, name, capability }: Gpu, { fourBit, computeType }: Wanted): LayerFault | undefined {
  if (!capability) return undefined;
  const card = `GPU ${index} (${name}) has compute capability ${capability}`;
  const build = torchBuild(profileTorch);
  if (build && !covers(build.architectures, capability)) {
    const newer = Number.parseInt(capability, 10) > 9;
    return {
      code: 'E_GPU_CAPABILITY',
      found: `${card}, and torch ${profileTorch} is built for ${build.architectures}`,
      needed: newer ? 'torch 2.7 or newer built for CUDA 12.8, which this environment does not hold' : 'capability 5.0 to 9.x',
      fix: newer
        ? 'use a card up to capability 9.x (Ampere, Ada or Hopper: A100, 3090, 4090, L40S, H100, H200)'
        : 'use a newer card (capability 8.0 or later: A100, 3090, 4090, H100)',
    };
  }
  if (fourBit && compareDotted(capability, leastCapability.fourBit) < 0)
    return {
      code: 'E_GPU_CAPABILITY',
      found: `${card}, and 4-bit weights need ${leastCapability.fourBit}`,
      needed: `capability ${leastCapability.fourBit} or later`,
      fix: 'use a newer card (capability 8.0 or later: A100, 3090, 4090, H100)',
    };
  if (computeType === 'bfloat16' && compareDotted(capability, leastCapability.bfloat16) < 0)
    return {
      code: 'E_GPU_BFLOAT16',
      found: `${card}, and \`quantization.compute_dtype: bfloat16\` needs ${leastCapability.bfloat16}`,
      needed: `capability ${leastCapability.bfloat16} or later, or float16`,
      fix: 'set `quantization.compute_dtype: float16` in configs/training_config.remote.yaml',
    };
  return undefined;
}
