import { compareDotted } from '../../common/dotted';
import { goodCards } from '../../knowledge/cuda';
import { cudaErrorIn } from '../../knowledge/cuda-errors';
import { covers, isNewerThan } from '../../knowledge/torch';
import { oneLine } from '../../untrusted/text';
import { repair } from '../fixes';
import type { LayerFault } from '../layer';
import type { ProbeLine } from './query-torch';
import type { DriverVersions, TorchProbe } from './torch-half';

const wantedTorch = ({ choice }: DriverVersions): string => `torch ${choice.torch.version ?? ''}`.trim();
const wantedCuda = ({ choice }: DriverVersions): string => `torch built for CUDA ${choice.torch.build?.cuda ?? ''}`.trim();

/** torch's own words where it finds no `libcuda.so` at all. */
const noLibrary =
  '`ldconfig -p | grep libcuda.so.1` must name it: install the CUDA library of the driver (`libnvidia-compute`, `libcuda1`)\nin a container: start it with `-e NVIDIA_DRIVER_CAPABILITIES=compute,utility`';
const whatHides = '`env | grep -e CUDA -e LD_LIBRARY_PATH` shows what hides it; unset that and run `npx just gpu`';

/** Why torch sees no card, by what it says. */
function unavailable(text: string): { means: string; fix: string } {
  if (/Found no NVIDIA driver/i.test(text)) return { means: '', fix: noLibrary };
  const { means, fix } = cudaErrorIn(text) ?? { means: '', fix: whatHides };
  return { means: means && `; ${means}`, fix };
}

/** Why torch itself is no good here; `undefined` where it is. */
export function torchFault(line: ProbeLine, { torch }: TorchProbe, driver: DriverVersions): LayerFault | undefined {
  const text = line.text ?? 'it failed without a word';
  if (line.kind !== 'error' && torch && isTooNewFor(driver, torch))
    return {
      code: 'E_TORCH_CUDA',
      found: `torch ${torch.version} is built for CUDA ${torch.cuda}, and the driver runs CUDA up to ${driver.cuda}`,
      needed: 'a torch built for a CUDA that the driver runs',
      fix: repair,
    };
  if (line.state === 'ok') return undefined;
  switch (line.kind) {
    case 'cpu':
      return { code: 'E_TORCH_CPU', found: `${text}, on a machine with a GPU`, needed: wantedCuda(driver), fix: repair };
    case 'rocm':
      return { code: 'E_TORCH_ROCM', found: text, needed: wantedCuda(driver), fix: repair };
    case 'unavailable': {
      const { means, fix } = unavailable(text);
      return {
        code: 'E_TORCH_NO_GPU',
        found: `torch sees no GPU, though the driver${driver.version ? ` (${driver.version})` : ''} does: ${oneLine(text)}${means}`,
        needed: '`torch.cuda.is_available()`',
        fix,
      };
    }
    default:
      return /No module named 'torch'/.test(text)
        ? { code: 'E_TORCH_IMPORT', found: 'the environment has no torch', needed: wantedTorch(driver), fix: repair }
        : { code: 'E_TORCH_IMPORT', found: `torch cannot be imported: ${oneLine(text)}`, needed: '`import torch`', fix: repair };
  }
}

/** A word about a torch that works and is not the one of the profiles. */
export function otherCudaWarning({ torch }: TorchProbe, driver: DriverVersions): string | undefined {
  const { cuda } = driver.choice.torch.build ?? {};
  if (!torch?.cuda || !cuda || isTooNewFor(driver, torch) || compareDotted(torch.cuda, cuda) === 0) return undefined;
  return `torch ${torch.version} is built for CUDA ${torch.cuda}, the environment asks for ${cuda}: ${repair}`;
}

/** A driver serves every minor version of its CUDA; a newer major version it cannot. */
const isTooNewFor = ({ cuda: runs }: DriverVersions, { cuda }: NonNullable<TorchProbe['torch']>): boolean =>
  cuda !== null && runs !== undefined && Number.parseInt(cuda, 10) > Number.parseInt(runs, 10);

/** Does the build have code for one of the cards? */
export function architectureFault({ devices, torch }: TorchProbe, { choice }: DriverVersions): LayerFault | undefined {
  const architectures = torch?.architectures;
  const [device] = devices;
  // A build that does not say it is judged by the product that follows.
  if (!architectures || !device || devices.some(({ capability }) => covers(architectures, capability))) return undefined;
  const better = choice.covering(device.capability);
  const fault = {
    code: 'E_TORCH_ARCHITECTURE',
    found: `${device.name} has capability ${device.capability}, and torch ${torch.version} is built for ${architectures}`,
  };
  // The environment is older than the card, or was made for another one.
  if (better)
    return {
      ...fault,
      needed: `profile ${better.profile}, whose torch ${better.torch.version} has code for it`,
      fix: `\`npx just env:remote --set remote.profile=${better.profile}\``,
    };
  const isNewer = isNewerThan(device.capability, architectures);
  return {
    ...fault,
    needed: `sm_${device.capability.replace('.', '')} or an earlier one of the same major version`,
    fix: isNewer ? `use a card of these: ${goodCards.all}` : `use a newer card, for example ${goodCards.few}`,
  };
}
