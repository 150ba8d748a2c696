import { randomBytes } from 'node:crypto';
import type { Context } from '../engine/context';
import { variablesOf } from '../engine/variables';
import { jobGpus } from '../slurm/job-gpus';
import { jobOptions, noticeSeconds } from '../slurm/job-options';
import { onOneNode, runsInJob, trainsInJob } from '../slurm/needs-gpu';
import { settingsThere } from '../slurm/settings-there';
import type { Machine, Runtime } from './machine';
import type { NodesOrder } from './there/node-waits';
import type { JobOrder } from './there/srun';

/** GPUs of a job there, as far as is known here: the machine may have settings of its own. `undefined` where it is no cluster. */
export function gpusThere(context: Context, { name, slurm }: Machine['remote']): ReturnType<typeof jobGpus> | undefined {
  return slurm ? jobGpus(context, { name, slurm }, settingsThere(context, name, variablesOf(context, 'sets'))) : undefined;
}

/**
 * The program that runs a task there: on a cluster one that runs it in a job where it needs a GPU, in one for each node where `--nodes`
 * names some. A training is told before its time is over, and writes a checkpoint.
 * @param just the program of the task and its options
 */
export function commandThere(
  context: Context,
  { remote }: Machine,
  { node, app, project }: Runtime,
  { task, args, just }: { task: string; args: readonly string[]; just: readonly string[] },
): readonly string[] {
  const { slurm } = remote;
  if (!slurm || !runsInJob(task, args)) return just;
  const gpus = trainsInJob(task) ? (gpusThere(context, remote)?.gpus ?? 1) : 1;
  const notice = task === 'train' ? noticeSeconds(slurm.time) : undefined;
  const signal = notice === undefined ? [] : [`--signal=USR2@${notice}`];
  const order: JobOrder = {
    options: [...jobOptions(slurm, gpus), ...signal],
    name: `just-lora-${randomBytes(4).toString('hex')}`,
    folder: project,
    command: just,
  };
  const there = `${app}/lib/machines/there`;
  const nodes = just.find((arg) => arg.startsWith('--nodes='))?.slice('--nodes='.length);
  if (task !== 'validate' || nodes === undefined) return [node, `${there}/job.js`, JSON.stringify(order)];
  // Which nodes, `--nodes` says: each job is bound to one of them.
  const options = order.options.filter((option) => !/^--node(?:list|file)=/.test(option));
  const several: NodesOrder = { ...order, options, command: onOneNode(just), partition: slurm.partition, nodes };
  return [node, `${there}/nodes.js`, JSON.stringify(several)];
}
