import type { Gpu } from '../driver/query-driver';
import { visiblePart } from '../driver/select-cards';
import type { LayerFault } from '../layer';

/** The server of MPS holds a card in exclusive mode for all programs that share it. */
const sharesCard = /(?:^|\/)nvidia-cuda-mps-server$/;

/** Why no second program gets a card: its compute mode lets one have it, and one does. What CUDA calls error 46. */
export function heldFault(gpu: Gpu, visible: string | undefined): LayerFault | undefined {
  const { index, name, health, processes } = gpu;
  if (health?.computeMode !== 'exclusive_process' || processes.some((one) => sharesCard.test(one.name))) return undefined;
  const part = gpu.mig === 'enabled' ? visiblePart(gpu, visible) : undefined;
  const [holder] = part ? processes.filter(({ uuid }) => uuid === part.uuid) : processes;
  if (!holder) return undefined;
  return {
    code: 'E_GPU_BUSY',
    found: `GPU ${index} (${name}) is in compute mode Exclusive_Process, and ${holder.name} (pid ${holder.pid}) has it: CUDA refuses a second program`,
    needed: 'a card that no program has, or compute mode Default',
    fix: `let it end (\`nvidia-smi\` shows it)\n\`sudo nvidia-smi -i ${index} -c DEFAULT\` allows several programs`,
  };
}
