import type { SmiFault } from '../parse/smi-fault';
import type { LayerFault } from './layer';
import type { Machine } from './machine';

const needed = 'a driver that answers `nvidia-smi`';

/** A machine without a card that this training runs on: an honest answer, by what it has instead. */
export function noDevice({ platform, arch, amd, jetson, container }: Machine): LayerFault {
  const cuda = 'a CUDA GPU: the 4-bit training runs on NVIDIA cards alone';
  const elsewhere = '`npx just setup:remote` on a machine with one, or `--no-gpu` here to go on without';
  if (platform === 'darwin')
    return {
      code: 'E_GPU_APPLE',
      found: `this Mac has ${arch === 'arm64' ? 'an Apple GPU (MPS), and training needs CUDA' : 'no CUDA'}`,
      needed: cuda,
      fix: elsewhere,
    };
  if (jetson)
    return {
      code: 'E_GPU_JETSON',
      found: `this is ${jetson}: its GPU shares the memory of the processor, and the pinned torch and bitsandbytes have no CUDA build for it`,
      needed: cuda,
      fix: elsewhere,
    };
  if (amd.length > 0)
    return {
      code: 'E_GPU_AMD',
      found: `the GPU is an AMD one (${amd.join(', ')}), and the pinned bitsandbytes is for CUDA alone`,
      needed: cuda,
      fix: elsewhere,
    };
  return {
    code: 'E_GPU_NONE',
    found: `no NVIDIA GPU is seen on this ${container ? 'container' : 'machine'}`,
    needed: cuda,
    fix: container ? `${startWithGpu(container)}, if the machine has one; ${elsewhere}` : elsewhere,
  };
}

/** A card without a program to ask. */
export function noDriver(machine: Machine): LayerFault {
  const seen = machine.wsl
    ? 'WSL passes a GPU through'
    : `${machine.nvidia.length} NVIDIA GPU on the PCI bus (${machine.nvidia.join(', ')})`;
  return { code: 'E_DRIVER_MISSING', found: `${seen}, and there is no \`nvidia-smi\``, needed, fix: install(machine) };
}

/** What `nvidia-smi` ended with, as a fault with its cure. */
export function driverFault(
  kind: SmiFault,
  machine: Machine,
  call: { output: string; exitCode: number; limitSeconds: number },
): LayerFault {
  const { container, wsl } = machine;
  const said = firstLine(call.output);
  const absent = machine.nvidia.length === 0 && !wsl && machine.platform === 'linux';
  const nowhere = absent ? ', and no NVIDIA card is on the PCI bus' : '';
  switch (kind) {
    case 'hung':
      return {
        code: 'E_DRIVER_HUNG',
        found: `\`nvidia-smi\` did not answer within ${call.limitSeconds} s: the driver or a card hangs`,
        needed,
        fix: container
          ? '`sudo reboot` on the machine that runs the container'
          : '`sudo reboot`; if it hangs again, `sudo dmesg | grep -i xid` names the card',
      };
    case 'mismatch': {
      const library = /NVML library version: ([\d.]+)/.exec(call.output)?.[1];
      const versions = [machine.kernelModule && `kernel ${machine.kernelModule}`, library && `library ${library}`]
        .filter(Boolean)
        .join(', ');
      return {
        code: 'E_DRIVER_MISMATCH',
        found: `the driver in the kernel and its library are of different versions${versions ? ` (${versions})` : ''}: it was updated while loaded`,
        needed,
        fix: container ? 'restart the container; if that does not help, `sudo reboot` on the machine that runs it' : '`sudo reboot`',
      };
    }
    case 'lost':
      return {
        code: 'E_GPU_LOST',
        found: `a GPU stopped answering: ${said || 'it is lost'}`,
        needed,
        fix: '`sudo reboot`; if it is lost again, look at its power, cooling and slot',
      };
    case 'not-loaded':
      return {
        code: 'E_DRIVER_NOT_LOADED',
        found: `the NVIDIA driver is not loaded${nowhere}`,
        needed,
        fix: wsl
          ? 'update the NVIDIA driver in Windows, then `wsl --shutdown`'
          : container
            ? `\`sudo modprobe nvidia\` on the machine that runs the container, then ${startWithGpu(container)}`
            : `\`sudo modprobe nvidia\`; where that fails (a new kernel, Secure Boot) ${install(machine)}`,
      };
    case 'no-library':
      return {
        code: 'E_DRIVER_LIBRARY',
        found: 'the library of the driver (`libnvidia-ml.so`) cannot be loaded',
        needed,
        fix: wsl ? '`export LD_LIBRARY_PATH=/usr/lib/wsl/lib`' : container ? startWithGpu(container) : install(machine),
      };
    case 'permission':
      return {
        code: 'E_GPU_PERMISSION',
        found: 'this user may not use the GPU (`/dev/nvidia*`)',
        needed,
        fix: '`sudo usermod -aG video,render $USER`, then log in again; on a cluster ask for a job with a GPU',
      };
    case 'no-devices':
      return {
        code: 'E_GPU_NOT_VISIBLE',
        found: `the driver is there and sees no GPU${nowhere}`,
        needed: 'one GPU that the driver sees',
        fix: container
          ? startWithGpu(container)
          : '`sudo dmesg | grep -i nvidia` says why: a card that the driver does not support, or one without power',
      };
    case 'blocked-by-system':
      return {
        code: 'E_DRIVER_BLOCKED',
        found: 'the operating system keeps the GPU from this machine',
        needed,
        fix: wsl
          ? 'update the NVIDIA driver in Windows, then `wsl --shutdown`'
          : 'give the virtual machine or container its GPU, then start it again',
      };
    case 'unknown-error':
      return {
        code: 'E_GPU_NOT_VISIBLE',
        found: '`nvidia-smi` fails with an unknown error, as in a container that has lost its devices',
        needed,
        fix: container ? `restart the container, or ${startWithGpu(container)} anew` : '`sudo reboot`',
      };
    case 'not-executable':
      return { code: 'E_DRIVER_MISSING', found: '`nvidia-smi` is there and cannot be started', needed, fix: install(machine) };
    case 'unreadable':
      return {
        code: 'E_DRIVER_UNREADABLE',
        found: `\`nvidia-smi\` ended with ${call.exitCode} and said nothing about a GPU${said ? `: ${said}` : ''}`,
        needed,
        fix: `run \`nvidia-smi\` and see; where it fails too, ${install(machine)}`,
      };
  }
}

/** How the driver is installed on this machine. */
function install({ wsl, container, distribution }: Machine): string {
  if (wsl) return 'install the NVIDIA driver in Windows, never in WSL, then `wsl --shutdown`';
  if (container) return startWithGpu(container);
  const commands: Record<string, string> = {
    ubuntu: '`sudo ubuntu-drivers install --gpgpu`',
    debian: '`sudo apt install nvidia-driver firmware-misc-nonfree`',
    fedora: '`sudo dnf install akmod-nvidia`',
    arch: '`sudo pacman -S nvidia`',
  };
  return `${commands[distribution] ?? "install NVIDIA's driver 525.60.13 or newer from your distribution"}, then \`sudo reboot\``;
}

export function startWithGpu(container: NonNullable<Machine['container']>): string {
  return {
    docker: 'start the container with `docker run --gpus all …`',
    kubernetes: 'give the pod `resources.limits: nvidia.com/gpu: 1`',
    apptainer: 'start it with `apptainer exec --nv …`',
  }[container];
}

const firstLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '')
    ?.slice(0, 160) ?? '';
