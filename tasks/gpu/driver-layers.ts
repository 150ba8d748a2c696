import { compareDotted } from '../parse/dotted';
import { profileTorch, windowsDriver } from '../versions/cuda';
import { driverFor, torchBuild } from '../versions/torch';
import { type DriverAnswers, type Gpu, smiLimitSeconds } from './ask-driver';
import { capabilityFault, healthFault, type Wanted } from './card-faults';
import { driverFault, noDevice, noDriver } from './driver-faults';
import type { Layer, LayerFault, LayerName, Layers } from './layer';

export interface DriverHalf extends Layers {
  /** The cards that pass, in the order of `nvidia-smi`. */
  usable: Gpu[];
}

/**
 * Device, driver, CUDA of the driver, capability of the cards. A card that fails is left out as long as another
 * passes; a layer is broken where none does.
 */
export function driverLayers(answers: DriverAnswers, wanted: Wanted): DriverHalf {
  const layers: Layer[] = [];
  const warnings: string[] = [];
  const end = (name: LayerName, fault: LayerFault): DriverHalf => {
    layers.push({ name, state: 'broken', ...fault });
    return { layers, warnings: [...warnings, ...answers.xids.map(xidText)], usable: [] };
  };
  const ok = (name: LayerName, found: string) => layers.push({ name, state: 'ok', found });

  const { machine, gpus, fault, program } = answers;
  const onBus = machine.nvidia.length > 0 ? `${machine.nvidia.length} NVIDIA on the PCI bus (${machine.nvidia.join(', ')})` : undefined;
  const jetson = machine.jetson ?? gpus.find(({ name }) => /nvgpu|^Orin|Xavier|Tegra/i.test(name))?.name;
  if (jetson) return end('device', noDevice({ ...machine, jetson }));
  if (!program) return end('device', onBus || machine.wsl ? noDriver(machine) : noDevice(machine));
  if (onBus || machine.wsl || gpus.length > 0)
    ok('device', onBus ?? (machine.wsl ? 'passed through by WSL' : `${gpus.length} known to the driver`));
  // A program and nothing on the bus: the driver has the last word, as in a container that hides the bus.
  else layers.push({ name: 'device', state: 'unknown', found: 'no NVIDIA card is on the PCI bus' });

  if (fault) return end('driver', driverFault(fault.kind, machine, { ...fault, limitSeconds: smiLimitSeconds }));
  const seen = visibleOf(gpus, answers.visible);
  if (seen.length === 0)
    return end('driver', {
      code: 'E_GPU_NOT_VISIBLE',
      found: `\`CUDA_VISIBLE_DEVICES=${answers.visible}\` hides every GPU (${gpus.length} there)`,
      needed: 'one GPU that programs may use',
      fix: '`unset CUDA_VISIBLE_DEVICES`',
    });
  if (seen.length < gpus.length)
    warnings.push(`\`CUDA_VISIBLE_DEVICES=${answers.visible}\` hides ${gpus.length - seen.length} of ${gpus.length} GPUs`);
  for (const gpu of seen)
    if (gpu.faults.length > 0) warnings.push(`GPU ${gpu.index} answers with errors (${gpu.faults.join(', ')}): it may need a reboot`);
  const well = pass(seen, healthFault, warnings);
  if (well.fault) return end('driver', well.fault);
  ok('driver', `${gpus[0]?.driver ?? 'version unknown'}, \`nvidia-smi\` names ${gpus.length} GPU${gpus.length === 1 ? '' : 's'}`);

  const cuda = cudaFault(answers);
  if (cuda) return end('cuda', cuda);
  ok(
    'cuda',
    `the driver runs CUDA up to ${answers.cudaOfDriver ?? 'an unknown version'}; toolkit ${answers.cudaOfToolkit ?? 'none'} (not needed)`,
  );

  const capable = pass(well.passed, (gpu) => capabilityFault(gpu, wanted), warnings);
  if (capable.fault) return end('capability', capable.fault);
  const capabilities = capable.passed.map(({ capability }) => capability);
  if (capabilities.some((capability) => capability === undefined))
    layers.push({ name: 'capability', state: 'unknown', found: 'this `nvidia-smi` does not say it' });
  else ok('capability', [...new Set(capabilities)].join(', '));
  if (new Set(capabilities).size > 1) warnings.push('the GPUs are of different kinds: each step waits for the slowest');
  warnings.push(...answers.xids.map(xidText));
  return { layers, warnings, usable: capable.passed };
}

/** The cards that pass, and the first fault where none does. Those left out are named. */
function pass(
  gpus: readonly Gpu[],
  judge: (gpu: Gpu) => LayerFault | undefined,
  warnings: string[],
): { passed: Gpu[]; fault?: LayerFault } {
  const judged = gpus.map((gpu) => ({ gpu, fault: judge(gpu) }));
  const passed = judged.filter(({ fault }) => !fault).map(({ gpu }) => gpu);
  const failed = judged.flatMap(({ gpu, fault }) => (fault ? [{ gpu, fault }] : []));
  if (passed.length === 0 && failed[0]) return { passed, fault: failed[0].fault };
  const keep = passed.map(({ index }) => index).join(',');
  for (const { gpu, fault } of failed)
    warnings.push(
      `GPU ${gpu.index} (${gpu.name}) is left out: ${fault.found}; \`export CUDA_VISIBLE_DEVICES=${keep}\` keeps it out of the training`,
    );
  return { passed };
}

function cudaFault({ machine, gpus, cudaOfDriver }: DriverAnswers): LayerFault | undefined {
  const driver = gpus[0]?.driver;
  const cuda = torchBuild(profileTorch)?.cuda ?? '12.1';
  const major = cuda.split('.')[0] ?? '';
  const least = machine.wsl || machine.platform === 'win32' ? windowsDriver[major] : driverFor(cuda);
  if (!driver || !least || compareDotted(driver, least) >= 0) return undefined;
  // The compatibility package of a data center card serves a newer CUDA on an old driver.
  if (cudaOfDriver && compareDotted(cudaOfDriver, cuda) >= 0) return undefined;
  return {
    code: 'E_DRIVER_OLD',
    found: `driver ${driver} is too old for CUDA ${cuda}${cudaOfDriver ? `: it runs CUDA up to ${cudaOfDriver}` : ''}`,
    needed: `driver ${least} or newer`,
    fix: machine.wsl
      ? 'update the NVIDIA driver in Windows, then `wsl --shutdown`'
      : machine.container
        ? `update the driver of the machine that runs the container to ${least} or newer`
        : machine.distribution === 'ubuntu'
          ? '`sudo ubuntu-drivers install --gpgpu`, then `sudo reboot`'
          : `install driver ${least} or newer, then \`sudo reboot\``,
  };
}

/** The cards that `CUDA_VISIBLE_DEVICES` leaves: numbers or the beginning of a UUID; all behind a wrong entry are hidden. */
export function visibleOf<T extends Pick<Gpu, 'index' | 'uuid' | 'migDevices'>>(gpus: readonly T[], visible: string | undefined): T[] {
  if (visible === undefined) return [...gpus];
  const seen: T[] = [];
  for (const entry of visible.split(',').map((text) => text.trim())) {
    const gpu = gpus.find(
      ({ index, uuid, migDevices }) =>
        entry !== '' &&
        (entry === String(index) || (/^GPU-/.test(entry) && uuid?.startsWith(entry)) || migDevices.some((mig) => mig.uuid === entry)),
    );
    if (!gpu) break;
    if (!seen.includes(gpu)) seen.push(gpu);
  }
  return seen;
}

const xidText = ({ device, number, means }: DriverAnswers['xids'][number]): string =>
  `the kernel log holds Xid ${number} of ${device}: ${means}; look at it before a long training`;
