import type { Header } from '../../safetensors/header';
import type { AdapterConfig } from '../config';
import { type AdapterFindings, noFindings } from '../fault';
import { readTensorName } from './tensor-names';

/** The one of its two projections that PEFT asks for. */
const projection = 'base_model.vera_A';

/** Another method than LoRA, whose tensors are not known here, but for those of LoRA: PEFT would leave them out. */
export function methodFindings({ method, fields }: AdapterConfig, header: Header | undefined): AdapterFindings {
  const findings = noFindings();
  const own = [...(header?.tensors.keys() ?? [])].find((name) => readTensorName(name).kind === 'lora');
  if (own !== undefined) {
    const message = `has \`peft_type\` \`${method}\`, and its tensors are those of LoRA (\`${own}\`): PEFT refuses its keys or loads none of them`;
    return { ...findings, config: [{ problem: 'adapter-config', message }] };
  }
  if (method === 'VERA' && fields.save_projection !== false && header && !header.tensors.has(projection))
    findings.weights.push({
      problem: 'adapter-target',
      message: `lacks \`${projection}\`, which \`save_projection\` says is in it: PEFT ends in a ValueError`,
      fix: `save it again, or write \`"save_projection": false\` into adapter_config.json: the projections then come of \`projection_prng_key\`, which on another machine may be others`,
    });
  findings.warnings.push(`${method} is not LoRA: its tensors were not compared with its configuration`);
  return findings;
}
