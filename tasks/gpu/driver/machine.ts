import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import type { Host } from '../../platform';
import { type Scheduler, schedulerOf } from './scheduler';

/** What the machine says of its graphics cards without any driver. */
export interface GpuMachine {
  platform: NodeJS.Platform;
  arch: string;
  /** PCI addresses of NVIDIA cards. */
  nvidia: string[];
  /** What shows an AMD card: PCI addresses, the device of its driver. */
  amd: string[];
  /** Windows Subsystem for Linux: the driver is that of Windows. */
  wsl: boolean;
  /** How to give a container its GPU, where this is one. */
  container: 'docker' | 'kubernetes' | 'apptainer' | undefined;
  /** Who hands out the machines of the cluster that this one is of. */
  scheduler: Scheduler | undefined;
  /** The board, where it is one of NVIDIA's with the GPU in its processor. */
  jetson: string | undefined;
  /** The version of the driver in the kernel, where it is loaded. */
  kernelModule: string | undefined;
  /** `ID` of os-release. */
  distribution: string;
}

const machine: Resource<GpuMachine> = { make: ({ host }) => machineOf(host) };

/** The machine, looked at once in a run. */
export const machineFor = (context: Context): GpuMachine => context.resources.get(context, machine);

/** Looks at the kernel's own files. */
export function machineOf(host: Host): GpuMachine {
  const { files, platform, arch, env, systemRoot } = host;
  const at = (file: string) => path.join(systemRoot, file);
  const text = (file: string): string => {
    try {
      return (files.readText(at(file)) ?? '').replace(/\0/g, '').trim();
    } catch {
      return '';
    }
  };
  const there = (file: string) => files.lstat(at(file)) !== undefined;
  const cards = files
    .list(at('sys/bus/pci/devices'))
    .filter((address) => /^0x03/.test(text(`sys/bus/pci/devices/${address}/class`)))
    .map((address) => ({ address, vendor: text(`sys/bus/pci/devices/${address}/vendor`) }));
  const model = text('proc/device-tree/model');
  return {
    platform,
    arch,
    nvidia: cards.filter(({ vendor }) => vendor === '0x10de').map(({ address }) => address),
    amd: [
      ...cards.filter(({ vendor }) => vendor === '0x1002').map(({ address }) => address),
      // The device of ROCm's driver, where a container hides the bus.
      ...(there('dev/kfd') ? ['/dev/kfd'] : []),
    ],
    wsl: there('dev/dxg') || /microsoft/i.test(text('proc/sys/kernel/osrelease')),
    container: containerOf(env, there),
    scheduler: schedulerOf(host),
    jetson: /jetson|tegra|nvidia orin/i.test(model) ? model : there('etc/nv_tegra_release') ? 'a Jetson' : undefined,
    kernelModule: /Kernel Module\s+(?:for \S+\s+)?(\d[\d.]+)/.exec(text('proc/driver/nvidia/version'))?.[1],
    distribution: /^ID="?([\w.-]+)/m.exec(text('etc/os-release'))?.[1] ?? '',
  };
}

function containerOf(env: Host['env'], there: (file: string) => boolean): GpuMachine['container'] {
  if (env.APPTAINER_CONTAINER || env.SINGULARITY_CONTAINER) return 'apptainer';
  if (env.KUBERNETES_SERVICE_HOST) return 'kubernetes';
  return there('.dockerenv') || there('run/.containerenv') ? 'docker' : undefined;
}
