import { breakageIn } from '../../knowledge/conflicts';
import { probeFault, silentFault } from './probe-faults';
import { type ProbeAnswers, type ProbeLine, probeLimits } from './query-torch';
import { otherCudaWarning } from './torch-faults';
import type { DriverVersions, TorchProbe } from './torch-half';

const order = Object.keys(probeLimits) as ProbeLine['layer'][];

/**
 * What probe.py said, as layers. The memory is judged elsewhere: here it is only measured.
 * @param driver what the driver half knows
 */
export function torchLayers(answers: ProbeAnswers, driver: DriverVersions): TorchProbe {
  const half: TorchProbe = { layers: [], warnings: [], torch: undefined, devices: [] };
  for (const name of order) {
    if (answers.skipped.includes(name)) continue;
    const end = answers.lines.find(({ layer, state }) => layer === name && state !== 'start');
    if (end) keep(half, end, driver);
    const fault = end ? probeFault(end, half, driver) : silentFault(name, answers);
    if (fault) {
      half.layers.push({ name, state: 'broken', ...fault });
      return half;
    }
    if (end && name !== 'memory') half.layers.push({ name, state: 'ok', found: foundOf(end, half) });
  }
  return half;
}

/** Takes out of a line what later layers and the report need. */
function keep(half: TorchProbe, line: ProbeLine, driver: DriverVersions): void {
  const { layer, devices = [] } = line;
  if (layer === 'torch') keepTorch(half, line, driver);
  if (layer === 'architecture')
    half.devices.push(...devices.map((one) => ({ name: 'GPU', capability: '', freeBytes: undefined, totalBytes: undefined, ...one })));
  if (layer === 'memory')
    for (const { index, freeBytes, totalBytes } of devices)
      Object.assign(half.devices.find((device) => device.index === index) ?? {}, { freeBytes, totalBytes });
}

function keepTorch(half: TorchProbe, line: ProbeLine, driver: DriverVersions): void {
  const { version, cuda = null, architectures = '', outside, file, warnings = [], kind } = line;
  if (!version) return;
  half.torch = { version, cuda, architectures };
  if (outside) half.warnings.push(`torch comes from \`${file}\`, outside of the environment: unset PYTHONPATH`);
  for (const { means, code } of warnings.flatMap((text) => breakageIn(text) ?? [])) half.warnings.push(`${means} (${code})`);
  const other = kind === 'error' ? undefined : otherCudaWarning(half, driver);
  if (other) half.warnings.push(other);
}

function foundOf({ layer, version }: ProbeLine, { torch, devices }: TorchProbe): string {
  switch (layer) {
    case 'torch':
      return `${torch?.version}, built for CUDA ${torch?.cuda}`;
    case 'architecture':
      return `${devices.map(({ capability }) => capability).join(', ')} runs on ${torch?.architectures || 'an unknown list'}`;
    case 'matmul':
      return 'exact in every type that was tried';
    default:
      return `bitsandbytes ${version}, quantised and multiplied`;
  }
}
