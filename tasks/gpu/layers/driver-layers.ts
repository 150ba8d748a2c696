import { missingDriver, type TorchOfProfile } from '../../environments/profile/runs-on';
import { updateDriver } from '../driver/install-driver';
import type { DriverAnswers, Gpu } from '../driver/query-driver';
import { cudaVisibleDevices, exportCards, orderWarning, whyNoneIsVisible } from '../driver/select-cards';
import type { GpuLayer, LayerFault, LayerName, Layers } from '../layer';
import { capabilityFault, healthFault, silentFault, type Wanted } from './card-faults';
import { driverFault, noDriver } from './driver-faults';
import { heldFault } from './held-card';
import { noCard } from './no-card';
import { noGpuGiven } from './no-job';

/** The layers that need no environment. */
export interface DriverProbe extends Layers {
  /** The cards that pass, in the order of `nvidia-smi`. */
  usable: Gpu[];
}

/** One layer, what is worth a word beside it, and the cards that go on to the next one. */
interface Judged {
  layer: GpuLayer;
  warnings?: readonly string[];
  passed?: Gpu[];
}

/**
 * Device, driver, CUDA of the driver, capability of the cards. A card that fails is left out as long as another
 * passes; a layer is broken where none does.
 */
export function driverLayers(answers: DriverAnswers, wanted: Wanted): DriverProbe {
  const layers: GpuLayer[] = [];
  const warnings: string[] = [];
  let usable = answers.gpus;
  for (const judge of [deviceLayer, driverLayer, cudaLayer, capabilityLayer]) {
    const { layer, warnings: more = [], passed = usable } = judge(answers, usable, wanted);
    layers.push(layer);
    warnings.push(...more);
    usable = layer.state === 'broken' ? [] : passed;
    if (layer.state === 'broken') break;
  }
  return { layers, warnings: [...warnings, ...answers.xids.map(xidText)], usable };
}

function deviceLayer({ machine, gpus, program }: DriverAnswers): Judged {
  const { nvidia, wsl } = machine;
  const onBus = nvidia.length > 0 ? `${nvidia.length} NVIDIA on the PCI bus (${nvidia.join(', ')})` : undefined;
  const jetson = machine.jetson ?? gpus.find(({ name }) => /nvgpu|^Orin|Xavier|Tegra/i.test(name))?.name;
  if (jetson) return broken('device', noCard({ ...machine, jetson }));
  if (!program) return broken('device', onBus || wsl ? noDriver(machine) : noCard(machine));
  if (onBus) return ok('device', onBus);
  if (wsl) return ok('device', 'passed through by WSL');
  // A program that was left behind, or came with an image: without a card and a module of the kernel there is nothing to load.
  if (gpus.length === 0 && machine.amd.length > 0 && !machine.kernelModule) return broken('device', noCard(machine));
  if (gpus.length > 0) return ok('device', `${gpus.length} known to the driver`);
  // A program and nothing on the bus: the driver has the last word, as in a container that hides the bus.
  return unknown('device', 'no NVIDIA card is on the PCI bus');
}

function driverLayer(answers: DriverAnswers): Judged {
  const { machine, gpus, fault, visible } = answers;
  if (fault) return broken('driver', driverFault(fault.kind, machine, fault));
  const seen = cudaVisibleDevices(gpus, visible);
  // What Slurm sets in a job without a GPU.
  if (seen.length === 0 && visible === 'NoDevFiles')
    return broken('driver', noGpuGiven({ name: 'Slurm', inJob: true }, `CUDA_VISIBLE_DEVICES=${visible}`));
  if (seen.length === 0)
    return broken('driver', {
      code: 'E_GPU_NOT_VISIBLE',
      found: `\`CUDA_VISIBLE_DEVICES=${visible}\` hides every GPU (${gpus.length} there)${whyNoneIsVisible(visible ?? '')}`,
      needed: 'one GPU that programs may use',
      fix: '`unset CUDA_VISIBLE_DEVICES`',
    });
  const warnings = [
    ...lostWarnings(answers, seen),
    ...[orderWarning(answers, seen)].filter((text) => text !== undefined),
    ...(seen.length < gpus.length ? [`\`CUDA_VISIBLE_DEVICES=${visible}\` hides ${gpus.length - seen.length} of ${gpus.length} GPUs`] : []),
    ...seen.flatMap(({ index, faults }) =>
      faults.length > 0 ? [`GPU ${index} answers with errors (${faults.join(', ')}): it may need a reboot`] : [],
    ),
  ];
  const well = sift(seen, healthFault, visible);
  if (well.fault) return { ...broken('driver', well.fault), warnings };
  const found = `${gpus[0]?.driver ?? 'version unknown'}, \`nvidia-smi\` names ${gpus.length} GPU${gpus.length === 1 ? '' : 's'}`;
  const { passed, leftOut } = prefer(well.passed, (gpu) => silentFault(gpu) ?? heldFault(gpu, visible), visible);
  return { ...ok('driver', found), warnings: [...warnings, ...well.leftOut, ...leftOut], passed };
}

function cudaLayer(answers: DriverAnswers, gpus: readonly Gpu[], { choice }: Wanted): Judged {
  const { passed, fault } = sift(gpus, (gpu) => oldDriver(answers, gpu, choice.torch), answers.visible);
  if (fault) return broken('cuda', fault);
  const { cudaOfDriver = 'an unknown version', cudaOfToolkit = 'none' } = answers;
  return { ...ok('cuda', `the driver runs CUDA up to ${cudaOfDriver}; toolkit ${cudaOfToolkit} (not needed)`), passed };
}

function oldDriver(
  { machine, cudaOfDriver }: DriverAnswers,
  { driver, capability }: Gpu,
  { build }: TorchOfProfile,
): LayerFault | undefined {
  const { cuda } = build ?? {};
  if (!driver || cuda === undefined) return undefined;
  const system = machine.wsl || machine.platform === 'win32' ? 'windows' : 'driver';
  const least = missingDriver(cuda, { driver, cudaOfDriver, system }, { capability });
  if (least === undefined) return undefined;
  return {
    code: 'E_DRIVER_OLD',
    found: `driver ${driver} is too old for CUDA ${cuda}${cudaOfDriver ? `: it runs CUDA up to ${cudaOfDriver}` : ''}`,
    needed: `driver ${least} or newer`,
    fix: updateDriver(machine, least),
  };
}

function capabilityLayer({ visible }: DriverAnswers, gpus: readonly Gpu[], wanted: Wanted): Judged {
  const { passed, leftOut, fault } = sift(gpus, (gpu) => capabilityFault(gpu, wanted), visible);
  if (fault) return broken('capability', fault);
  const capabilities = [...new Set(passed.map(({ capability }) => capability))];
  const warnings = [...leftOut, ...(capabilities.length > 1 ? ['the GPUs are of different kinds: each step waits for the slowest'] : [])];
  const judged = capabilities.includes(undefined)
    ? unknown('capability', 'this `nvidia-smi` does not say it')
    : ok('capability', capabilities.join(', '));
  return { ...judged, warnings, passed };
}

/** The cards that pass, a word about each that does not, and the first fault where none does. */
function sift(
  gpus: readonly Gpu[],
  judge: (gpu: Gpu) => LayerFault | undefined,
  visible: string | undefined,
): { passed: Gpu[]; leftOut: string[]; fault?: LayerFault } {
  const judged = gpus.map((gpu) => ({ gpu, fault: judge(gpu) }));
  const passed = judged.filter(({ fault }) => !fault).map(({ gpu }) => gpu);
  const failed = judged.flatMap(({ gpu, fault }) => (fault ? [{ gpu, fault }] : []));
  if (passed.length === 0 && failed[0]) return { passed, leftOut: [], fault: failed[0].fault };
  const keep = exportCards(passed, visible);
  const leftOut = failed.map(
    ({ gpu: { index, name }, fault: { found } }) =>
      `GPU ${index} (${name}) is left out: ${found}; \`${keep}\` keeps it out of the training`,
  );
  return { passed, leftOut };
}

/** The cards that pass, where there are such; else all: what is doubtful of them is for a later layer to say. */
function prefer(...[gpus, judge, visible]: Parameters<typeof sift>): { passed: Gpu[]; leftOut: string[] } {
  const { passed, leftOut } = sift(gpus, judge, visible);
  return passed.length > 0 ? { passed, leftOut } : { passed: [...gpus], leftOut: [] };
}

/** Cards that are there and do not answer: the driver names the others, and one that hangs may take them along. */
function lostWarnings({ machine, gpus, lost, visible }: DriverAnswers, seen: readonly Gpu[]): string[] {
  const keep = `until then \`${exportCards(seen, visible)}\` keeps to the others`;
  const told = lost.map(
    (text) =>
      `a GPU stopped answering (${text}; E_GPU_LOST): \`sudo reboot\`, and where it is lost again look at its power, cooling and slot; ${keep}`,
  );
  const missing = machine.nvidia.length - gpus.length - lost.length;
  // A container sees the bus of its machine, and is given some of the cards.
  if (missing > 0 && !machine.container && !machine.scheduler)
    told.push(
      `${machine.nvidia.length} NVIDIA GPUs are on the PCI bus, and \`nvidia-smi\` names ${gpus.length}: \`sudo dmesg | grep -i nvrm\` says what became of the other`,
    );
  return told;
}

const ok = (name: LayerName, found: string): Judged => ({ layer: { name, state: 'ok', found } });
const unknown = (name: LayerName, found: string): Judged => ({ layer: { name, state: 'unknown', found } });
const broken = (name: LayerName, fault: LayerFault): Judged => ({ layer: { name, state: 'broken', ...fault } });

const xidText = ({ device, number, means }: DriverAnswers['xids'][number]): string =>
  `the kernel log holds Xid ${number} of ${device}: ${means}; look at it before a long training`;
