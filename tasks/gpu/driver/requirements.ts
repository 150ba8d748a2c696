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

/** What the training asks and a card cannot do, by its compute capability; one that is not known counts as one that can. */
export const lacks = (capability: string | undefined, { fourBit, computeType, attention }: GpuRequirements): string[] =>
  [
    ...(fourBit ? [{ what: '4-bit weights need', least: leastCapability.fourBit }] : []),
    ...(computeType === 'bfloat16' ? [{ what: 'bfloat16 needs', least: leastCapability.bfloat16 }] : []),
    ...(attention === 'flash_attention_2' ? [{ what: 'flash_attention_2 needs', least: leastCapability.flashAttention }] : []),
  ].flatMap(({ what, least }) =>
    capability === undefined || compareDotted(capability, least) >= 0 ? [] : [`${what} capability ${least}, it has ${capability}`],
  );

/** Whether a card can do what the training asks. */
export const meets = (capability: string | undefined, requirements: GpuRequirements): boolean =>
  lacks(capability, requirements).length === 0;
