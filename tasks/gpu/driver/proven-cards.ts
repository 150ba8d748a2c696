import type { Context } from '../../engine/context';
import { changedInputs, type Inputs, readProof } from '../../engine/state';
import { bootId } from '../../platform/boot-id';
import { fieldsOf } from '../../untrusted/json';
import { type GpuMachine, machineOf } from './machine';
import { gpuIsOptional } from './optional';
import type { DriverAnswers, Gpu } from './query-driver';
import { cudaVisibleDevices } from './select-cards';

/** Where the last success of the whole chain is kept; another name where a broken chain counts as one. */
export const gpuProofs = { required: 'gpu', optional: 'gpu-optional' } as const;

/** What of a machine tells its cards and driver from those of another time. A restart counts: they come back different. */
export const machineInputs = ({ host }: Pick<Context, 'host'>, machine: GpuMachine = machineOf(host)): Inputs => ({
  driver: machine.kernelModule ?? 'none',
  cards: machine.nvidia.join(' '),
  CUDA_VISIBLE_DEVICES: host.env.CUDA_VISIBLE_DEVICES ?? 'not set',
  CUDA_DEVICE_ORDER: host.env.CUDA_DEVICE_ORDER ?? 'not set',
  'time of the start': bootId(host),
});

/** The cards that programs may use and their driver, as far as they decide which versions run there. */
export interface CardsAndDriver {
  cards: readonly Pick<Gpu, 'index' | 'name' | 'capability'>[];
  driver: string | undefined;
  cudaOfDriver: string | undefined;
}

/** The same from what the driver answered. */
export const cardsAndDriverOf = ({ gpus, visible, cudaOfDriver }: DriverAnswers): CardsAndDriver => ({
  cards: cudaVisibleDevices(gpus, visible).map(({ index, name, capability }) => ({ index, name, capability })),
  driver: gpus[0]?.driver,
  cudaOfDriver,
});

/** The same from the last proof of the GPU, where the machine is as it was then: `nvidia-smi` takes longer than a whole look. */
export function provenCards(context: Context, machine: GpuMachine): CardsAndDriver | undefined {
  const proof = readProof(context, gpuProofs[gpuIsOptional(context) ? 'optional' : 'required']);
  const found = fieldsOf(proof?.data?.machine);
  if (!proof || !found || !Array.isArray(found.cards)) return undefined;
  const now = machineInputs(context, machine);
  const before = Object.fromEntries(Object.keys(now).map((name) => [name, proof.inputs[name] ?? '']));
  return changedInputs(before, now).length === 0 ? (found as unknown as CardsAndDriver) : undefined;
}
