import { installDriver, startWithGpu, updateInWindows } from '../driver/install-driver';
import type { GpuMachine } from '../driver/machine';
import { smiLimitSeconds } from '../driver/query-driver';
import type { SmiFault } from '../driver/smi-fault';
import type { LayerFault } from '../layer';
import { noGpuGiven } from './no-job';

const needed = 'a driver that answers `nvidia-smi`';

/** What a call of `nvidia-smi` left. */
interface Call {
  output: string;
  exitCode: number;
  /** The signal that ended it. */
  signal: string | undefined;
}

/** A card without a program to ask. */
export function noDriver(machine: GpuMachine): LayerFault {
  const seen = machine.wsl
    ? 'WSL passes a GPU through'
    : `${machine.nvidia.length} NVIDIA GPU on the PCI bus (${machine.nvidia.join(', ')})`;
  return { code: 'E_DRIVER_MISSING', found: `${seen}, and there is no \`nvidia-smi\``, needed, fix: installDriver(machine) };
}

/** What `nvidia-smi` ended with, as a fault with its cure. */
export function driverFault(kind: SmiFault, machine: GpuMachine, call: Call): LayerFault {
  const { scheduler } = machine;
  if (scheduler && !scheduler.gaveGpu && withoutGpu.includes(kind))
    return noGpuGiven(scheduler, firstLine(call.output) || '`nvidia-smi` sees none');
  return { needed, ...faults[kind](machine, call) };
}

/** What a job without a GPU, and a machine for logging in, make of `nvidia-smi`. */
const withoutGpu: readonly SmiFault[] = ['not-loaded', 'no-devices', 'no-library', 'permission', 'unknown-error'];

type DriverErrorText = Omit<LayerFault, 'needed'> & Partial<Pick<LayerFault, 'needed'>>;

const faults: Readonly<Record<SmiFault, (machine: GpuMachine, call: Call) => DriverErrorText>> = {
  hung: ({ container }) => ({
    code: 'E_DRIVER_HUNG',
    found: `\`nvidia-smi\` did not answer within ${smiLimitSeconds} s: the driver or a card hangs`,
    fix: container
      ? '`sudo reboot` on the machine that runs the container'
      : '`sudo reboot`\nif it hangs again: `sudo dmesg | grep -i xid` names the card',
  }),
  mismatch: ({ container, kernelModule }, { output }) => {
    const library = /NVML library version: ([\d.]+)/.exec(output)?.[1];
    const versions = [kernelModule && `kernel ${kernelModule}`, library && `library ${library}`].filter(Boolean).join(', ');
    return {
      code: 'E_DRIVER_MISMATCH',
      found: `the driver in the kernel and its library are of different versions${versions ? ` (${versions})` : ''}: it was updated while loaded`,
      fix: container ? 'restart the container\nif that does not help: `sudo reboot` on the machine that runs it' : '`sudo reboot`',
    };
  },
  lost: (_, { output }) => ({
    code: 'E_GPU_LOST',
    found: `a GPU stopped answering: ${firstLine(output) || 'it is lost'}`,
    fix: '`sudo reboot`\nif it is lost again: look at its power, cooling and slot',
  }),
  'not-loaded': (machine) => ({
    code: 'E_DRIVER_NOT_LOADED',
    found: `the NVIDIA driver is not loaded${nowhere(machine)}`,
    fix: loadDriver(machine),
  }),
  'no-library': (machine) => ({
    code: 'E_DRIVER_LIBRARY',
    found: 'the library of the driver (`libnvidia-ml.so`) cannot be loaded',
    fix: machine.wsl ? '`export LD_LIBRARY_PATH=/usr/lib/wsl/lib`' : installDriver(machine),
  }),
  permission: () => ({
    code: 'E_GPU_PERMISSION',
    found: 'this user may not use the GPU (`/dev/nvidia*`)',
    fix: '`sudo usermod -aG video,render $USER`, then log in again\non a cluster: ask for a job with a GPU',
  }),
  'no-devices': (machine) => ({
    code: 'E_GPU_NOT_VISIBLE',
    found: `the driver is there and sees no GPU${nowhere(machine)}`,
    needed: 'one GPU that the driver sees',
    fix: machine.container
      ? startWithGpu(machine.container)
      : '`sudo dmesg | grep -i nvidia` says why: a card that the driver does not support, or one without power',
  }),
  'blocked-by-system': ({ wsl }) => ({
    code: 'E_DRIVER_BLOCKED',
    found: 'the operating system keeps the GPU from this machine',
    fix: wsl ? updateInWindows : 'give the virtual machine or container its GPU, then start it again',
  }),
  'unknown-error': ({ container }) => ({
    code: 'E_GPU_NOT_VISIBLE',
    found: '`nvidia-smi` fails with an unknown error, as in a container that has lost its devices',
    fix: container ? `restart the container\nif that does not help: ${startWithGpu(container)}` : '`sudo reboot`',
  }),
  crashed: (machine, { signal }) => ({
    code: 'E_DRIVER_CRASHED',
    found: `\`nvidia-smi\` crashed (${signal}): it and the library of the driver are not of one installation, or a card answers with nonsense`,
    fix: `\`sudo reboot\` after an update of the driver\nif it crashes again: ${installDriver(machine)}`,
  }),
  'not-executable': (machine) => ({
    code: 'E_DRIVER_MISSING',
    found: '`nvidia-smi` is there and cannot be started',
    fix: installDriver(machine),
  }),
  unreadable: (machine, { output, exitCode }) => {
    const said = firstLine(output);
    return {
      code: 'E_DRIVER_UNREADABLE',
      found: `\`nvidia-smi\` ended with ${exitCode} and said nothing about a GPU${said ? `: ${said}` : ''}`,
      fix: `\`nvidia-smi\` by hand shows what it says\nif that fails too: ${installDriver(machine)}`,
    };
  },
};

const nowhere = ({ nvidia, wsl, platform }: GpuMachine): string =>
  nvidia.length === 0 && !wsl && platform === 'linux' ? ', and no NVIDIA card is on the PCI bus' : '';

function loadDriver(machine: GpuMachine): string {
  if (machine.wsl) return updateInWindows;
  if (machine.container) return `\`sudo modprobe nvidia\` on the machine that runs the container, then ${startWithGpu(machine.container)}`;
  return `\`sudo modprobe nvidia\`\nwhere that fails (a new kernel, Secure Boot): ${installDriver(machine)}`;
}

const firstLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '')
    ?.slice(0, 160) ?? '';
