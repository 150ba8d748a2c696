import { driverOfEveryCard } from '../../knowledge/cuda';
import type { GpuMachine } from './machine';

/** WSL uses the driver of Windows. */
export const updateInWindows = 'update the NVIDIA driver in Windows, then `wsl --shutdown`';

const commands: Readonly<Record<string, string>> = {
  ubuntu: '`sudo ubuntu-drivers install --gpgpu`',
  debian: '`sudo apt install nvidia-driver firmware-misc-nonfree`',
  fedora: '`sudo dnf install akmod-nvidia`',
  arch: '`sudo pacman -S nvidia`',
};

/** How the driver is installed on this machine. */
export function installDriver({ wsl, container, distribution }: GpuMachine): string {
  if (wsl) return 'install the NVIDIA driver in Windows, never in WSL, then `wsl --shutdown`';
  if (container) return startWithGpu(container);
  const byHand = `install NVIDIA's driver of branch ${driverOfEveryCard} from your distribution`;
  return `${commands[distribution] ?? byHand}, then \`sudo reboot\``;
}

/** How a driver that is too old is replaced by one that is at least `least`. */
export function updateDriver({ wsl, container, distribution }: GpuMachine, least: string): string {
  if (wsl) return updateInWindows;
  if (container) return `update the driver of the machine that runs the container to ${least} or newer`;
  const command = distribution === 'ubuntu' ? commands.ubuntu : `install driver ${least} or newer`;
  return `${command}, then \`sudo reboot\``;
}

/** How a container is given its GPU. */
export function startWithGpu(container: NonNullable<GpuMachine['container']>): string {
  return {
    docker: 'start the container with `docker run --gpus all …`',
    kubernetes: 'give the pod `resources.limits: nvidia.com/gpu: 1`',
    apptainer: 'start it with `apptainer exec --nv …`',
  }[container];
}
