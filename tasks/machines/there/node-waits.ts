import { plural } from '../../common/format';
import { type ClusterNode, nodesFormat, parseNodes } from '../../slurm/cluster-nodes';
import { hopelessFault } from '../../slurm/hopeless';
import type { NodeProof } from '../../slurm/node-verdicts';
import { type QueuedJob, waitText } from '../../slurm/queue';
import { asked, type JobOrder, queued } from './srun';

/** A proof of several nodes. It is the argument of a program, as JSON: nothing of it is secret. */
export interface NodesOrder extends JobOrder {
  partition: string | null;
  /** `all`, how many, or names as Slurm lists them. */
  nodes: string;
}

/** The nodes of the partition as they are now, those of hidden partitions too. */
export async function nodesNow({ partition, options }: NodesOrder, ...only: string[]): Promise<ClusterNode[]> {
  const text = await asked('sinfo', ['--noheader', '--all', '--Node', `--format=${nodesFormat}`, ...only]);
  return parseNodes(
    text,
    partition,
    options.some((option) => option.startsWith('--reservation=')),
  );
}

/** The jobs that wait for one node each: those whose turn will never come are cancelled, with the reason. */
export class WaitingNodes {
  readonly #gaveUp = new Map<string, Pick<NodeProof, 'fault' | 'out'>>();

  constructor(readonly order: NodesOrder) {}

  /** Why the job of a node was cancelled here; `undefined` where it was not. */
  gaveUp(node: string): Pick<NodeProof, 'fault' | 'out'> | undefined {
    return this.#gaveUp.get(node);
  }

  /** @returns why the first one waits; empty where none does */
  async look(): Promise<string> {
    const waits = (await queued(this.order.name)).filter(({ state }) => state === 'PENDING');
    for (const job of waits) {
      const why = await this.#whyNever(job);
      if (!why) continue;
      this.#gaveUp.set(job.wants, why);
      // It may begin at this very moment.
      await asked('scancel', ['--state=PENDING', job.id]);
    }
    const rest = waits.filter(({ wants }) => !this.#gaveUp.has(wants));
    return rest[0] ? `${plural(rest.length, 'job')} in the queue; ${waitText(rest[0])}` : '';
  }

  async #whyNever(job: QueuedJob): Promise<Pick<NodeProof, 'fault' | 'out'> | undefined> {
    const fault = hopelessFault(job);
    if (fault) return { fault };
    if (!/ReqNodeNotAvail|NodeDown|required for job are/i.test(job.reason)) return undefined;
    const [node] = await nodesNow(this.order, `--nodes=${job.wants}`);
    if (node?.out !== undefined) return { out: node.out };
    const isReserved = /reserved for/i.test(job.reason) && /ReservationName=/.test(await asked('scontrol', ['show', 'reservation']));
    return isReserved
      ? { out: `a reservation of others begins before the job would be over (${job.reason}): a shorter time may fit` }
      : undefined;
  }
}
