import type { Context } from '../../../engine/context';
import type { AdapterConfig } from '../config';
import { type AdapterFindings, noFindings } from '../fault';

const converted =
  'convert it to a plain LoRA where it was trained: `model.save_pretrained(FOLDER, path_initial_model_for_weight_conversion=INITIAL)`, with the adapter as it was before the first step';

/**
 * Initialisations that PEFT repeats at each load, since they change the weights of the base too: without them the adapter is for
 * another model than the base.
 * @param isQuantized whether the base is
 */
export function initializationFindings(context: Context, { initialization }: AdapterConfig, isQuantized: boolean): AdapterFindings {
  const findings = noFindings();
  if (typeof initialization !== 'string') return findings;
  const name = initialization.toLowerCase();
  const wrong = (message: string) => findings.config.push({ problem: 'adapter-init', message, fix: converted });
  if (name.startsWith('pissa_niter'))
    wrong(`has \`init_lora_weights\` \`${initialization}\`, which PEFT repeats at each load, by chance: each load is another model`);
  else if (name === 'pissa' && isQuantized)
    wrong('has `init_lora_weights` `pissa`, which PEFT repeats at each load: on a base in 4 bits that ends in a TypeError');
  else if (name.startsWith('corda'))
    wrong(`has \`init_lora_weights\` \`${initialization}\`, which PEFT cannot repeat at a load: \`eigens attribute not found\``);
  else if (['pissa', 'olora', 'loftq', 'lora_ga'].includes(name)) {
    const bits = context.settings.training.quantization.load_in_4bit
      ? '; `training.quantization.load_in_4bit` is on: load the base in 16 bits for it'
      : '';
    findings.warnings.push(
      `\`init_lora_weights\` is \`${initialization}\`, which PEFT repeats at each load and which changes the base: it is right on the very weights that it was trained on alone${bits}`,
    );
  }
  return findings;
}
