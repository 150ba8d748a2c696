import { columns } from '../common/columns';
import type { Fault } from '../common/errors';
import { shellWord } from '../common/format';
import type { Table } from '../engine/step';
import { type Fields, fieldsOf } from '../untrusted/json';
import { oneLine } from '../untrusted/text';

/** What came of one node. */
export interface NodeProof {
  node: string;
  /** The document of `validate` there; `undefined` where it did not come to its end. */
  document?: object | undefined;
  /** Why it did not. */
  fault?: Fault | undefined;
  /** Nothing was tried: `drained (fan)`. */
  out?: string | undefined;
}

/** How a node is, and what shows it. */
export interface NodeVerdict {
  node: string;
  verdict: 'ok' | 'slow' | 'to do' | 'broken' | 'failed' | 'out';
  card?: string;
  driver?: string;
  secondsPerStep?: number;
  /** Seconds per step, by the median of the other nodes. */
  ofOthers?: number;
  code?: string;
  /** What is broken. */
  found?: string;
  fix?: string;
}

/** From here on a node is slow: its five steps are few, and a machine that others use too is not quiet. */
const slowFrom = 1.5;

/** Judges each node, by itself and beside the others with the same card. */
export function verdictsOf(proofs: readonly NodeProof[]): NodeVerdict[] {
  const alone = proofs.map(verdictOf);
  return alone.map((one) => {
    const { verdict, secondsPerStep } = one;
    const others = alone.flatMap((other) =>
      other !== one && other.card === one.card && other.secondsPerStep !== undefined ? [other.secondsPerStep] : [],
    );
    if (secondsPerStep === undefined || others.length === 0) return one;
    const ofOthers = secondsPerStep / median(others);
    return {
      ...one,
      ofOthers,
      ...(verdict === 'ok' && ofOthers >= slowFrom ? { verdict: 'slow' as const, found: slowText(secondsPerStep, others) } : {}),
    };
  });
}

const slowText = (seconds: number, others: readonly number[]): string =>
  `${seconds.toFixed(2)} s a step, where the others take ${median(others).toFixed(2)} s`;

function verdictOf({ node, document, fault, out }: NodeProof): NodeVerdict {
  if (out !== undefined) return { node, verdict: 'out', found: out };
  const steps = (document as Fields | undefined)?.['steps'];
  const seen = (Array.isArray(steps) ? steps : []).map((step) => fieldsOf(step) ?? {});
  const gpus = seen.flatMap(({ gpus }) => (Array.isArray(gpus) ? gpus : [])).map((gpu) => fieldsOf(gpu) ?? {});
  const [card, driver] = [textOf(gpus[0]?.['name']), seen.map((step) => textOf(step['driver'])).find(Boolean)];
  const seconds = seen.map((step) => step['secondsPerStep']).find((value) => typeof value === 'number');
  const facts = {
    node,
    ...(card ? { card: gpus.length > 1 ? `${gpus.length} × ${card}` : card } : {}),
    ...(driver ? { driver } : {}),
    ...(seconds === undefined ? {} : { secondsPerStep: seconds }),
  };
  const end = fault ?? (seen.length === 0 ? fieldsOf((document as Fields | undefined)?.['error']) : undefined);
  if (end) return { ...facts, ...endOf(textOf(end['code']), textOf(end['found']), textOf(end['fix'])) };
  if (seen.length === 0) return { ...facts, verdict: 'failed', found: 'it said nothing of its steps' };
  const wrong = seen.find(({ state }) => state !== 'done');
  if (!wrong) return { ...facts, verdict: 'ok' };
  const [code, found, fix] = [textOf(wrong['code']), textOf(wrong['found']), textOf(wrong['fix'])];
  const verdict = wrong['state'] === 'blocked' || wrong['state'] === 'failed' ? 'broken' : 'to do';
  return { ...facts, verdict, ...(code ? { code } : {}), found: found ?? 'unknown', ...(fix ? { fix } : {}) };
}

/** What it is where a job came to no end. A node that is none of those that the job asks for is no worse than others. */
function endOf(code = 'E_SLURM_ENDED', found = 'unknown', fix?: string): Omit<NodeVerdict, 'node'> {
  const why = { code, ...(fix ? { fix } : {}) };
  if (code === 'E_SLURM_RESOURCES') return { ...why, verdict: 'out', found: `it does not have what the job asks for: ${found}` };
  return { ...why, verdict: code === 'E_GPU_LOST' ? 'broken' : 'failed', found };
}

/** The table of all nodes, what each that is not right lacks, and what its administrator can do with it. */
export function verdictsText(verdicts: readonly NodeVerdict[], width?: number): string {
  const rows: Table = [
    ['node', 'verdict', 'card', 'driver', 's a step', 'of the others', 'what is broken'],
    ...verdicts.map(({ node, verdict, card = '', driver = '', secondsPerStep, ofOthers, found = '', code }) => [
      node,
      verdict,
      card,
      driver,
      secondsPerStep?.toFixed(2) ?? '',
      ofOthers === undefined ? '' : `× ${ofOthers.toFixed(2)}`,
      `${found}${code ? ` (${code})` : ''}`,
    ]),
  ];
  return [columns(rows, '', width), ...adviceOf(verdicts)].join('\n');
}

/** What a node is to blame for by itself: its card is gone or counts wrongly, its driver, or the node as a whole. */
const ownFaults = /^E_(?:GPU_(?:ECC|LOST|NONE|NOT_VISIBLE|MATMUL|PERMISSION|PROHIBITED|PROBE_CRASHED|PROBE_HUNG)|DRIVER_\w+|SLURM_NODE)$/;
/** What all nodes share, and one alone got wrong: the libraries compute, the filesystems are there. */
const ownBesideOthers = /^E_(?:BITSANDBYTES|TRAIN|TRAIN_TOGETHER|SLURM_SHARED)$/;

/**
 * What all nodes say alike is no node's fault; what some say of their card, their driver or their results is, and they can be taken out
 * of the queue. How a job ended otherwise says nothing of its node. Nothing of it is run by us.
 */
function adviceOf(verdicts: readonly NodeVerdict[]): string[] {
  const tried = verdicts.filter(({ verdict, code }) => verdict !== 'out' || code !== undefined);
  const [first] = tried;
  const said = ({ verdict, code, found }: NodeVerdict) => (verdict === 'ok' ? undefined : (code ?? found));
  if (first && tried.length > 1 && said(first) !== undefined && tried.every((one) => said(one) === said(first)))
    return ['', `every node says the same, so no node is at fault: ${said(first)}`, ...(first.fix ? [`fix: ${first.fix}`] : [])];
  const isRight = tried.some(({ verdict }) => verdict === 'ok' || verdict === 'slow');
  const isOwn = ({ verdict, code = '' }: NodeVerdict) =>
    verdict === 'slow' || ownFaults.test(code) || (isRight && ownBesideOthers.test(code));
  const bad = tried.filter(isOwn);
  const drains = bad.length === 0 ? [] : ['', 'for the administrator, to keep jobs away from what is broken:', ...bad.map(drainCommand)];
  return [...curesOf(tried.filter((one) => one.verdict !== 'ok' && !isOwn(one))), ...drains];
}

/** What helps against what no node is to blame for, each once. */
function curesOf(verdicts: readonly NodeVerdict[]): string[] {
  const fixes = new Map(verdicts.flatMap(({ code, fix }) => (code && fix ? [[code, fix] as const] : [])));
  return [...fixes].flatMap(([code, fix]) => ['', `${code}, fix: ${fix}`]);
}

/** scontrol(1), "update NodeName": it asks for a reason with DRAIN. */
function drainCommand({ node, verdict, code, found = '' }: NodeVerdict): string {
  const reason = oneLine(`just-lora: ${verdict === 'slow' ? 'slow: ' : ''}${code ? `${code} ` : ''}${found}`, 120).replace(/["'`$\\]/g, '');
  return `scontrol update NodeName=${node} State=DRAIN Reason=${shellWord(reason)}`;
}

/** 0 where every node is right, 3 where some are slow or were not tried, 1 where one is broken, or none can run the job. */
export function exitCodeOfNodes(verdicts: readonly NodeVerdict[]): number {
  if (verdicts.some(({ verdict }) => verdict === 'broken' || verdict === 'failed')) return 1;
  if (verdicts.every(({ verdict, code }) => verdict === 'out' && code !== undefined)) return 1;
  return verdicts.every(({ verdict }) => verdict === 'ok') ? 0 : 3;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
