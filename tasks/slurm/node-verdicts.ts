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

/** Judges each node, by itself and beside the others. */
export function verdictsOf(proofs: readonly NodeProof[]): NodeVerdict[] {
  const alone = proofs.map(verdictOf);
  return alone.map((one) => {
    const { verdict, secondsPerStep } = one;
    const others = alone.flatMap((other) => (other !== one && other.secondsPerStep !== undefined ? [other.secondsPerStep] : []));
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
  if (fault) return { ...facts, verdict: 'failed', code: fault.code, found: fault.found, fix: fault.fix };
  if (seen.length === 0) return { ...facts, verdict: 'failed', found: 'it said nothing of its steps' };
  const wrong = seen.find(({ state }) => state !== 'done');
  if (!wrong) return { ...facts, verdict: 'ok' };
  const [code, found, fix] = [textOf(wrong['code']), textOf(wrong['found']), textOf(wrong['fix'])];
  const verdict = wrong['state'] === 'blocked' || wrong['state'] === 'failed' ? 'broken' : 'to do';
  return { ...facts, verdict, ...(code ? { code } : {}), found: found ?? 'unknown', ...(fix ? { fix } : {}) };
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

/**
 * What all nodes say alike is no node's fault; what some say is, and they can be taken out of the queue. Of one node alone only what its
 * card and its driver say is its own. Nothing of it is run by us.
 */
function adviceOf(verdicts: readonly NodeVerdict[]): string[] {
  const tried = verdicts.filter(({ verdict }) => verdict !== 'out');
  const [first] = tried;
  const said = ({ verdict, code, found }: NodeVerdict) => (verdict === 'ok' ? undefined : (code ?? found));
  if (first && tried.length > 1 && said(first) !== undefined && tried.every((one) => said(one) === said(first)))
    return ['', `every node says the same, so no node is at fault: ${said(first)}`, ...(first.fix ? [`fix: ${first.fix}`] : [])];
  const isOwn = ({ code = '' }: NodeVerdict) => tried.length > 1 || /^E_(?:GPU|DRIVER|SLURM_NODE)/.test(code);
  const bad = tried.filter((one) => ['slow', 'broken', 'failed'].includes(one.verdict) && isOwn(one));
  return bad.length === 0 ? [] : ['', 'for the administrator, to keep jobs away from what is broken:', ...bad.map(drainCommand)];
}

/** scontrol(1), "update NodeName": it asks for a reason with DRAIN. */
function drainCommand({ node, verdict, code, found = '' }: NodeVerdict): string {
  const reason = oneLine(`just-lora: ${verdict === 'slow' ? 'slow: ' : ''}${code ? `${code} ` : ''}${found}`, 120).replace(/["'`$\\]/g, '');
  return `scontrol update NodeName=${node} State=DRAIN Reason=${shellWord(reason)}`;
}

/** 0 where every node is right, 3 where some are slow or were not tried, 1 where one is broken. */
export function exitCodeOfNodes(verdicts: readonly NodeVerdict[]): number {
  if (verdicts.some(({ verdict }) => verdict === 'broken' || verdict === 'failed')) return 1;
  return verdicts.every(({ verdict }) => verdict === 'ok') ? 0 : 3;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
