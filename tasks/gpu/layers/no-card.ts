import { startWithGpu } from '../driver/install-driver';
import type { GpuMachine } from '../driver/machine';
import type { LayerFault } from '../layer';
import { noGpuGiven } from './no-job';

const needed = 'a CUDA GPU: the 4-bit training runs on NVIDIA cards alone';
const goOnWithout = 'to go on here without: `--no-gpu`';
const elsewhere = `\`npx just setup:remote\` on a machine with one\n${goOnWithout}`;

/** A machine without a card that this training runs on: an honest answer, by what it has instead. */
export function noCard({ platform, arch, amd, jetson, container, scheduler }: GpuMachine): LayerFault {
  if (platform === 'darwin')
    return {
      code: 'E_GPU_APPLE',
      found: `this Mac has ${arch === 'arm64' ? 'an Apple GPU (MPS), and training needs CUDA' : 'no CUDA'}`,
      needed,
      fix: elsewhere,
    };
  if (jetson)
    return {
      code: 'E_GPU_JETSON',
      found: `this is ${jetson}: its GPU shares the memory of the processor, and the pinned torch and bitsandbytes have no CUDA build for it`,
      needed,
      fix: elsewhere,
    };
  if (amd.length > 0)
    return {
      code: 'E_GPU_AMD',
      found: `the GPU is an AMD one (${amd.join(', ')}), and the pinned bitsandbytes is for CUDA alone`,
      needed,
      fix: elsewhere,
    };
  if (scheduler) return noGpuGiven(scheduler, 'no NVIDIA card is seen');
  return {
    code: 'E_GPU_NONE',
    found: `no NVIDIA GPU is seen on this ${container ? 'container' : 'machine'}`,
    needed,
    fix: container ? `${startWithGpu(container)}, if the machine has one\n${goOnWithout}` : elsewhere,
  };
}
