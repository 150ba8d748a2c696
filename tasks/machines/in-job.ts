import { randomBytes } from 'node:crypto';
import type { SlurmSettings } from '../settings/schema/slurm';
import { jobOptions, noticeSeconds } from '../slurm/job-options';
import { onOneNode } from '../slurm/needs-gpu';
import type { Runtime } from './machine';
import type { NodesOrder } from './there/nodes';
import type { JobOrder } from './there/srun';

/**
 * The program that runs a task in a job, in its place: in one for each node where `--nodes` names some. A training is told before its
 * time is over, and writes a checkpoint.
 */
export function inJob(slurm: SlurmSettings, { node, app, project }: Runtime, task: string, command: readonly string[]): string[] {
  const signal = task === 'train' ? [`--signal=USR2@${noticeSeconds(slurm.time)}`] : [];
  const order: JobOrder = {
    options: [...jobOptions(slurm), ...signal],
    name: `just-lora-${randomBytes(4).toString('hex')}`,
    folder: project,
    command,
  };
  const there = `${app}/lib/machines/there`;
  const nodes = command.find((arg) => arg.startsWith('--nodes='))?.slice('--nodes='.length);
  if (task !== 'validate' || nodes === undefined) return [node, `${there}/job.js`, JSON.stringify(order)];
  const several: NodesOrder = { ...order, command: onOneNode(command), partition: slurm.partition, nodes };
  return [node, `${there}/nodes.js`, JSON.stringify(several)];
}
