import type { Fault } from '../../common/errors';
import { plural } from '../../common/format';
import { appendTo } from '../../platform/files';
import { type ClusterNode, chosenNodes } from '../../slurm/cluster-nodes';
import { jobFault, noSrun } from '../../slurm/job-faults';
import { exitCodeOfNodes, type NodeProof, verdictsOf, verdictsText } from '../../slurm/node-verdicts';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { endedByOthers, exitCodeIn } from './job-end';
import { type NodesOrder, nodesNow, WaitingNodes } from './node-waits';
import { asked, cancelJobs, jobLine, linesOf, srunHere, startInJob } from './srun';

/** Whether somebody here has asked for an end. */
interface Stops {
  stopped: NodeJS.Signals | undefined;
}

/** Jobs that are in the queue at once: a login node holds an srun for each. */
const mostAtOnce = 32;
/** Milliseconds between two questions to the queue, for a few nodes and for more: a controller has others to answer too. */
const [fewAskMs, manyAskMs] = [5000, 20_000];
const few = 4;

/** What a run of ours tells, in the format of docs/MACHINES.md. */
const append = appendTo(process.env['JUST_LORA_EVENTS'] ?? '/dev/null');
const tell = (event: object) => append(JSON.stringify(event));
const began = new Date();

/** Proves each node in a job of its own, side by side as the queue allows, and judges them together. */
async function prove(order: NodesOrder, srun: string): Promise<number> {
  const all = await nodesNow(order);
  const names = /^(?:all|\d+)$/.test(order.nodes) ? '' : await asked('scontrol', ['show', 'hostnames', order.nodes]);
  const { nodes, unknown } = chosenNodes(all, order.nodes, names.split('\n').filter(Boolean));
  if (unknown.length > 0 || nodes.length === 0) return fail(noNodes(all, unknown));
  const stops = cancelling(order);
  tell({ event: 'begin', steps: [{ name: 'nodes', title: `Prove ${plural(nodes.length, 'node')}` }] });
  tell({ event: 'started', step: 0 });
  const proofs = new Map<string, NodeProof>();
  const waiting = [...nodes];
  const show = (text = '') =>
    tell({ event: 'progress', step: 0, progress: { text, count: { done: proofs.size, total: nodes.length, noun: 'node' } } });
  const waits = new WaitingNodes(order);
  const queue = setInterval(() => void waits.look().then((text) => text && show(text)), nodes.length > few ? manyAskMs : fewAskMs);
  const work = async () => {
    for (let node = waiting.shift(); node && !stops.stopped; node = waiting.shift()) {
      const proof = await proofOf(node, order, srun, { stops, waits });
      proofs.set(node.name, stops.stopped && !proof.document ? { node: node.name, out: 'not proven: interrupted' } : proof);
      show();
    }
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, nodes.length) }, work));
  clearInterval(queue);
  return finish(
    nodes.flatMap(({ name }) => proofs.get(name) ?? []),
    stops.stopped,
  );
}

async function proofOf(
  { name, out, lost }: ClusterNode,
  order: NodesOrder,
  srun: string,
  { stops, waits }: { stops: Stops; waits: WaitingNodes },
): Promise<NodeProof> {
  if (out !== undefined) return { node: name, out };
  if (lost !== undefined) return { node: name, fault: lostCard(name, lost) };
  const child = startInJob(srun, { ...order, options: [...order.options, `--nodelist=${name}`] });
  let [document, said, told, job]: [object | undefined, string, number | undefined, string] = [undefined, '', undefined, ''];
  linesOf(child.stdout, (line) => {
    const begun = jobLine.exec(line)?.[1];
    if (begun) tell({ event: 'note', text: `${name}: job ${begun} runs` });
    job = begun ?? job;
    const event = fieldsOf(tryParse(line));
    if (event?.['event'] === 'document') document = fieldsOf(event['document']) as object;
    told ??= exitCodeIn(line);
  });
  linesOf(child.stderr, (line) => {
    said = `${said}${line}\n`.slice(-20_000);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', resolve);
  });
  const gaveUp = job === '' ? waits.gaveUp(name) : undefined;
  if (gaveUp) return { node: name, ...gaveUp };
  if (/Invalid node name/.test(said)) return { node: name, out: 'left out by `--exclude` of `remotes.NAME.slurm.extra`' };
  const byOthers = stops.stopped ? undefined : await endedByOthers(job, { told, code }, said);
  const fault = byOthers ?? (told !== undefined && document !== undefined ? undefined : jobFault(said, code));
  return { node: name, document, fault };
}

const lostCard = (node: string, said: string): Fault => ({
  code: 'E_GPU_LOST',
  found: `Slurm finds fewer GPUs than the node is configured with, and gives it no job: ${said}`,
  fix: `to the administrator: \`nvidia-smi\` and \`dmesg | grep -i xid\` on ${node}; a restart of slurmd there once all are back`,
});

/** Ctrl-C cancels every job of this proof; what is known by then is told. */
function cancelling({ name }: NodesOrder): Stops {
  const state: Stops = { stopped: undefined };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      state.stopped = signal;
      cancelJobs(name);
      // A job that is just being made is not known yet.
      setInterval(() => cancelJobs(name), 2000).unref();
    });
  return state;
}

function finish(proofs: readonly NodeProof[], stopped: NodeJS.Signals | undefined): number {
  const verdicts = verdictsOf(proofs);
  const code = stopped ? (stopped === 'SIGINT' ? 130 : 143) : exitCodeOfNodes(verdicts);
  const right = verdicts.filter(({ verdict }) => verdict === 'ok').length;
  const found = `${right} of ${plural(verdicts.length, 'node')} train`;
  const durationMs = Date.now() - began.getTime();
  const step = { name: 'nodes', title: 'Prove the nodes', state: code === 0 ? 'done' : 'blocked', found, actions: [], durationMs };
  tell({ event: 'finished', step: 0, report: step });
  tell({ event: 'end' });
  tell({ event: 'result', text: verdictsText(verdicts, Number(process.env['JUST_LORA_COLUMNS']) || undefined) });
  const outcome = stopped ? 'interrupted' : code === 0 ? 'unchanged' : code === 3 ? 'todo' : 'blocked';
  const head = { version: 1, task: 'validate', outcome, startedAt: began.toISOString(), durationMs };
  tell({ event: 'document', document: { ...head, steps: [{ ...step, nodes: verdicts }] } });
  tell({ event: 'exit', code });
  return code;
}

function noNodes(all: readonly ClusterNode[], unknown: readonly string[]): Fault {
  const known = all.map(({ name }) => name).join(', ');
  return {
    code: 'E_SLURM_NODES',
    found: unknown.length > 0 ? `no node of the partition: ${unknown.join(', ')}` : 'the partition has no node to prove',
    needed: `nodes of the partition${known ? `: ${known.slice(0, 300)}` : ''}`,
    fix: 'correct `--nodes` or `remotes.NAME.slurm.partition`: `sinfo -N` there lists every node',
  };
}

function fail(fault: Fault): number {
  tell({ event: 'error', fault });
  tell({ event: 'exit', code: 1 });
  return 1;
}

async function main(order: NodesOrder): Promise<void> {
  tell({ event: 'run', version: 1, task: 'validate' });
  const srun = await srunHere();
  process.exit(srun ? await prove(order, srun) : fail(noSrun));
}

void main(JSON.parse(process.argv[2] ?? '') as NodesOrder);
