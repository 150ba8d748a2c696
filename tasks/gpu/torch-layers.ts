import { type ProbeAnswers, type ProbeLine, probeLimits } from './ask-torch';
import type { LayerName, Layers } from './layer';
import { type DriverVersions, faultOf, known, silentFault } from './torch-faults';

export interface TorchHalf extends Layers {
  torch: { version: string; cuda: string | null; architectures: string } | undefined;
  devices: { index: number; name: string; capability: string; freeBytes: number | undefined; totalBytes: number | undefined }[];
}

const order = Object.keys(probeLimits) as (keyof typeof probeLimits)[];

/**
 * What probe.py said, as layers. The memory is judged elsewhere: here it is only measured.
 * @param driver what the driver half knows
 */
export function torchLayers(answers: ProbeAnswers, driver: DriverVersions): TorchHalf {
  const half: TorchHalf = { layers: [], warnings: [], torch: undefined, devices: [] };
  for (const name of order) {
    const of = answers.lines.filter(({ layer }) => layer === name);
    const end = of.find(({ state }) => state !== 'start');
    if (of.length === 0) {
      // Left out on purpose, or the program never got so far.
      if (half.layers.length === 0) half.layers.push({ name, state: 'broken', ...silentFault(name, answers) });
      continue;
    }
    if (name === 'torch') keepTorch(half, end);
    if (name === 'architecture')
      half.devices.push(
        ...(end?.devices ?? []).map((device) => ({ name: 'GPU', capability: '', freeBytes: undefined, totalBytes: undefined, ...device })),
      );
    const fault = end ? faultOf(name, end, half, driver) : silentFault(name, answers);
    if (name === 'memory') {
      for (const { index, freeBytes, totalBytes } of end?.devices ?? [])
        Object.assign(half.devices.find((device) => device.index === index) ?? {}, { freeBytes, totalBytes });
      if (!fault) return half;
    }
    if (fault) {
      half.layers.push({ name, state: 'broken', ...fault });
      return half;
    }
    half.layers.push({ name, state: 'ok', found: foundOf(name, end as ProbeLine, half) });
  }
  return half;
}

function keepTorch(half: TorchHalf, line: ProbeLine | undefined): void {
  if (!line?.version) return;
  half.torch = { version: line.version, cuda: line.cuda ?? null, architectures: line.architectures ?? '' };
  if (line.outside) half.warnings.push(`torch comes from \`${line.file}\`, outside of the environment: unset PYTHONPATH`);
  for (const text of line.warnings ?? []) if (known(text)) half.warnings.push(`${known(text)?.means} (${known(text)?.code})`);
}

function foundOf(name: LayerName, line: ProbeLine, { torch, devices }: TorchHalf): string {
  switch (name) {
    case 'torch':
      return `${torch?.version}, built for CUDA ${torch?.cuda}`;
    case 'architecture':
      return `${devices.map(({ capability }) => capability).join(', ')} runs on ${torch?.architectures || 'an unknown list'}`;
    case 'matmul':
      return 'exact in every type that was tried';
    default:
      return `bitsandbytes ${line.version}, quantised and multiplied`;
  }
}
