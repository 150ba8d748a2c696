import { breakageIn } from '../../knowledge/conflicts';
import { oneLine } from '../../untrusted/text';
import { repair } from '../fixes';
import type { LayerFault } from '../layer';
import { bitsandbytesFault, kernelFault } from './kernel-faults';
import { type ProbeAnswers, type ProbeLine, probeLimits } from './query-torch';
import { architectureFault, torchFault } from './torch-faults';
import type { DriverVersions, TorchProbe } from './torch-half';

/** Why a layer is broken that came to its end; `undefined` where it is not. */
export function probeFault(line: ProbeLine, half: TorchProbe, driver: DriverVersions): LayerFault | undefined {
  if (line.state === 'ok' && line.layer === 'architecture') return architectureFault(half, driver);
  const tooNew = line.layer === 'torch' ? torchFault(line, half, driver) : undefined;
  if (line.state === 'ok' || tooNew?.code === 'E_TORCH_CUDA') return tooNew;
  const breakage = breakageIn(`${line.text ?? ''}\n${line.trace ?? ''}`);
  // What has no code for this card has a fault of its own, which names the card.
  if (breakage && breakage.code !== 'E_NO_KERNEL_IMAGE')
    return { code: breakage.code, found: `${line.layer} fails: ${breakage.means}`, needed: breakage.cure, fix: repair };
  if (line.layer === 'torch') return tooNew;
  return line.layer === 'bitsandbytes' ? bitsandbytesFault(line) : kernelFault(line);
}

/** A layer that began and never ended, or never began: hung, or the process died. */
export function silentFault(layer: ProbeLine['layer'], { timedOut, exitCode, tail }: ProbeAnswers): LayerFault {
  if (timedOut || /Timeout \(\d/.test(tail))
    return {
      code: 'E_GPU_PROBE_HUNG',
      found: `\`${layer}\` did not answer within ${probeLimits[layer]} s`,
      needed: 'an answer',
      fix: '`sudo reboot`\nif it hangs again: `sudo dmesg | grep -i xid` says what is wrong with the card',
    };
  const last = tail ? `: ${oneLine(tail.split('\n').at(-1) ?? '')}` : '';
  return {
    code: 'E_GPU_PROBE_CRASHED',
    found: `Python ended at \`${layer}\` (${exitCode === -1 ? 'a signal' : `exit code ${exitCode}`})${last}`,
    needed: 'an answer',
    fix: repair,
  };
}
