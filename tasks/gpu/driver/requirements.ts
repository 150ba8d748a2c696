import { compareDotted } from '../../common/dotted';
import { leastCapability } from '../../knowledge/cuda';
import type { Settings } from '../../settings/schema/definition';

/** What the training asks of a card, whatever its torch. */
export interface GpuRequirements {
  fourBit: boolean;
  computeType: 'bfloat16' | 'float16' | 'float32';
  /** `training.attention`. */
  attention: Settings['training']['attention'];
}

/** The requirements of the training settings. */
export const requirementsOf = ({ quantization, attention }: Settings['training']): GpuRequirements => ({
  fourBit: quantization.load_in_4bit,
  computeType: quantization.compute_dtype,
  attention,
});

/** Whether a card can do what the training asks; one whose capability is not known counts as one that can. */
export const meets = (capability: string | undefined, { fourBit, computeType, attention }: GpuRequirements): boolean =>
  capability === undefined ||
  [
    ...(fourBit ? [leastCapability.fourBit] : []),
    ...(computeType === 'bfloat16' ? [leastCapability.bfloat16] : []),
    ...(attention === 'flash_attention_2' ? [leastCapability.flashAttention] : []),
  ].every((least) => compareDotted(capability, least) >= 0);
