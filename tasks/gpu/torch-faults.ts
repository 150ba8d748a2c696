import { compareDotted } from '../parse/dotted';
import { breakages } from '../versions/facts';
import { covers } from '../versions/torch';
import { type ProbeAnswers, type ProbeLine, probeLimits } from './ask-torch';
import type { LayerFault, LayerName } from './layer';
import type { TorchHalf } from './torch-layers';

const repair = '`npx just conda --force` installs the environment again';

/** What the driver half knows of the driver. */
export interface DriverVersions {
  version: string | undefined;
  /** The newest CUDA that it runs. */
  cuda: string | undefined;
}

/** Why torch sees no card, by what it says. */
const unavailable: readonly (readonly [says: RegExp, fix: string])[] = [
  [/too old/i, 'update the driver to 525.60.13 or newer, then `sudo reboot`'],
  [/system not yet initialized|error 802/i, '`sudo systemctl enable --now nvidia-fabricmanager`: cards on an NVSwitch wait for it'],
  [
    /forward compatibility|error 804/i,
    '`unset LD_LIBRARY_PATH`, or remove the package `cuda-compat`, which is for data center cards alone',
  ],
  [
    /Found no NVIDIA driver/i,
    '`ldconfig -p | grep libcuda.so.1` must name it: install the CUDA library of the driver (`libnvidia-compute`, `libcuda1`); in a container `-e NVIDIA_DRIVER_CAPABILITIES=compute,utility`',
  ],
  [/unknown error|initialization error/i, '`sudo modprobe -r nvidia_uvm && sudo modprobe nvidia_uvm`, or `sudo reboot`'],
  [/busy or unavailable/i, '`nvidia-smi` shows who uses it in exclusive mode; `sudo nvidia-smi -c DEFAULT` lets several in'],
];

/** Why a layer is broken; `undefined` where it is not. A warning of it goes to the half. */
export function faultOf(name: LayerName, line: ProbeLine, half: TorchHalf, driver: DriverVersions): LayerFault | undefined {
  const { torch } = half;
  const text = line.text ?? 'it failed without a word';
  if (name === 'torch' && torch?.cuda && line.kind !== 'error') {
    // A driver serves every minor version of its CUDA; a newer major version it cannot.
    if (driver.cuda && Number.parseInt(torch.cuda, 10) > Number.parseInt(driver.cuda, 10))
      return {
        code: 'E_TORCH_CUDA',
        found: `torch ${torch.version} is built for CUDA ${torch.cuda}, and the driver runs CUDA up to ${driver.cuda}`,
        needed: 'a torch built for a CUDA that the driver runs',
        fix: repair,
      };
    if (compareDotted(torch.cuda, '12.1') !== 0)
      half.warnings.push(`torch ${torch.version} is built for CUDA ${torch.cuda}, the environment asks for 12.1: ${repair}`);
  }
  if (line.state === 'ok') return name === 'architecture' ? architectureFault(half) : undefined;
  const breakage = known(`${text}\n${line.trace ?? ''}`);
  if (breakage && breakage.code !== 'E_NO_KERNEL_IMAGE')
    return { code: breakage.code, found: `${name} fails: ${breakage.means}`, needed: breakage.cure, fix: repair };
  switch (name) {
    case 'torch':
      return torchFault(line, text, driver);
    case 'bitsandbytes':
      return {
        code: 'E_BITSANDBYTES',
        found: `bitsandbytes fails in 4 bits: ${oneLine(text)}`,
        needed: 'a 4-bit product on the GPU that is right',
        fix: /libcudart|CUDA Setup|CUDA SETUP|libbitsandbytes/i.test(text)
          ? '`unset LD_LIBRARY_PATH BNB_CUDA_VERSION`, then `npx just gpu`'
          : repair,
      };
    case 'matmul':
    case 'architecture':
    case 'memory':
      return gpuFault(line, text);
    default:
      return undefined;
  }
}

function torchFault(line: ProbeLine, text: string, driver: DriverVersions): LayerFault {
  if (line.kind === 'cpu')
    return { code: 'E_TORCH_CPU', found: `${text}, on a machine with a GPU`, needed: 'torch built for CUDA 12.1', fix: repair };
  if (line.kind === 'rocm') return { code: 'E_TORCH_ROCM', found: text, needed: 'torch built for CUDA 12.1', fix: repair };
  if (line.kind === 'unavailable')
    return {
      code: 'E_TORCH_NO_GPU',
      found: `torch sees no GPU, though the driver${driver.version ? ` (${driver.version})` : ''} does: ${oneLine(text)}`,
      needed: '`torch.cuda.is_available()`',
      fix:
        unavailable.find(([says]) => says.test(text))?.[1] ??
        '`env | grep -e CUDA -e LD_LIBRARY_PATH` shows what hides it; unset that and run `npx just gpu`',
    };
  if (/No module named 'torch'/.test(text))
    return { code: 'E_TORCH_IMPORT', found: 'the environment has no torch', needed: 'torch 2.1', fix: repair };
  return { code: 'E_TORCH_IMPORT', found: `torch cannot be imported: ${oneLine(text)}`, needed: '`import torch`', fix: repair };
}

function architectureFault({ devices, torch }: TorchHalf): LayerFault | undefined {
  const architectures = torch?.architectures;
  // A build that does not say it is judged by the product that follows.
  if (!architectures || devices.length === 0) return undefined;
  if (devices.some(({ capability }) => covers(architectures, capability))) return undefined;
  const [device] = devices;
  return {
    code: 'E_TORCH_ARCHITECTURE',
    found: `${device?.name} has capability ${device?.capability}, and torch ${torch?.version} is built for ${architectures}`,
    needed: `sm_${device?.capability.replace('.', '')} or an earlier one of the same major version`,
    fix:
      Number.parseInt(device?.capability ?? '', 10) > 9
        ? 'use a card up to capability 9.x, for example A100, 4090, H100'
        : 'use a newer card, for example A100, 3090, H100',
  };
}

function gpuFault(line: ProbeLine, text: string): LayerFault {
  if (/no kernel image is available/i.test(text))
    return {
      code: 'E_TORCH_ARCHITECTURE',
      found: `torch has no code for this GPU: ${oneLine(text)}`,
      needed: 'a build of torch for this card',
      fix: repair,
    };
  if (/out of memory/i.test(text))
    return {
      code: 'E_GPU_BUSY',
      found: `the GPU has no memory left: ${oneLine(text)}`,
      needed: 'a few hundred MB for a look',
      fix: 'let the others end (`nvidia-smi` shows them)',
    };
  if (/busy or unavailable/i.test(text))
    return {
      code: 'E_GPU_BUSY',
      found: 'another program holds the GPU alone',
      needed: 'compute mode Default, or nobody else',
      fix: '`sudo nvidia-smi -c DEFAULT`',
    };
  return {
    code: 'E_GPU_MATMUL',
    found: line.kind === 'wrong' ? text : `the GPU fails at a product of two matrices: ${oneLine(text)}`,
    needed: 'the exact result',
    fix: '`sudo reboot`; if it fails again, `nvidia-smi -q` and `sudo dmesg | grep -i xid` say what is wrong with the card',
  };
}

/** A layer that began and never ended: hung, or the process died. */
export function silentFault(name: LayerName, { timedOut, exitCode, tail }: ProbeAnswers): LayerFault {
  const hung = timedOut || /Timeout \(\d/.test(tail);
  return hung
    ? {
        code: 'E_GPU_PROBE_HUNG',
        found: `\`${name}\` did not answer within ${probeLimits[name as keyof typeof probeLimits]} s`,
        needed: 'an answer',
        fix: '`sudo reboot`; if it hangs again, `sudo dmesg | grep -i xid` says what is wrong with the card',
      }
    : {
        code: 'E_GPU_PROBE_CRASHED',
        found: `Python ended at \`${name}\` (${exitCode === -1 ? 'a signal' : `exit code ${exitCode}`})${tail ? `: ${oneLine(tail.split('\n').at(-1) ?? '')}` : ''}`,
        needed: 'an answer',
        fix: repair,
      };
}

/** What is known of an error text. */
export const known = (text: string) => breakages.find(({ says }) => says.test(text));

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 300);
