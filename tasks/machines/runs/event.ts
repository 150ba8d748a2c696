import type { Fault } from '../../common/errors';
import { outgoingValue } from '../../common/outgoing';
import { listOf, number, oneOf, string, tailOf, tree, ways } from '../../engine/records/careful-json';
import { recordedStep } from '../../engine/records/run-record';
import type { StepReport } from '../../engine/report';
import { eventsVersion, type RunEvent } from '../../engine/reporter/events';
import type { ShownStep } from '../../engine/reporter/reporter';
import { type Fields, fieldsOf, tryParse } from '../../untrusted/json';
import { redacted } from '../../untrusted/secrets';
import { lastLines, oneLine, printable } from '../../untrusted/text';
import { type Answer, type Ended, protocolVersion } from '../there/protocol';
import { isRunId } from '../there/run-folder';

/**
 * What a machine says of a run, read with care: it may be another version of us, or anybody. Only fields that are known come
 * through, each bounded, without controls and secrets; what does not fit is left out.
 */

/** Steps of a run: more is none. */
const mostSteps = 500;
/** How deep a document may be: reading it goes down as deep. */
const deepest = 60;

/** A line behind the answer. @returns undefined where it is none that we know */
export function parseEvent(line: string): RunEvent | Ended | undefined {
  if (isTooDeep(line)) return undefined;
  const fields = fieldsOf(tryParse(line));
  const kind = fields && string(fields['event']);
  return kind && Object.hasOwn(readers, kind) ? readers[kind as keyof typeof readers](fields) : undefined;
}

/** What a machine answers a request with. @returns undefined where a line is none */
export function parseAnswer(line: string): Answer | undefined {
  const fields = line.startsWith('{"just-lora":"run"') ? fieldsOf(tryParse(line, 100_000)) : undefined;
  if (fields?.['version'] !== protocolVersion) return undefined;
  const ours = { 'just-lora': 'run', version: protocolVersion } as const;
  const [id, since] = [string(fields['id']) ?? '', timeOf(fields['since'])];
  const from = oneLine(string(fields['from']) ?? '', 200);
  switch (fields['answer']) {
    case 'following':
      if (!isRunId(id) || !since) return undefined;
      return { ...ours, answer: 'following', id, since, from, isNew: fields['isNew'] === true };
    case 'busy':
      if (!isRunId(id) || !since) return undefined;
      return { ...ours, answer: 'busy', id, since, from, shown: oneLine(string(fields['shown']) ?? '', 300) };
    case 'gone':
      return { ...ours, answer: 'gone' };
    case 'failed':
      return { ...ours, answer: 'failed', text: oneLine(string(fields['text']) ?? '', 500) };
    default:
      return undefined;
  }
}

type Reader = (fields: Fields) => RunEvent | Ended | undefined;

const readers = {
  run: (fields) =>
    fields['version'] === eventsVersion ? { event: 'run', version: eventsVersion, task: string(fields['task']) ?? '' } : undefined,
  begin: (fields) => ({ event: 'begin', steps: listOf(fields['steps']).slice(0, mostSteps).map(shownStep) }),
  started: (fields) => ofStep(fields, (step) => ({ event: 'started', step })),
  acting: (fields) => ofStep(fields, (step) => ({ event: 'acting', step, title: string(fields['title']) ?? '' })),
  progress: (fields) =>
    ofStep(fields, (step) => {
      const progress = tree(fields['progress']);
      const [text, names] = [string(progress['text']), string(progress['names'])];
      const [doneBytes, totalBytes] = [number(progress['doneBytes']), number(progress['totalBytes'])];
      const counted = tree(progress['count']);
      const [done, total, noun] = [number(counted['done']), number(counted['total']), string(counted['noun'])];
      return {
        event: 'progress',
        step,
        progress: {
          ...(text === undefined ? {} : { text }),
          ...(names === undefined ? {} : { names }),
          ...(done === undefined || total === undefined || noun === undefined ? {} : { count: { done, total, noun } }),
          ...(doneBytes === undefined ? {} : { doneBytes }),
          ...(totalBytes === undefined ? {} : { totalBytes }),
          ...(progress['atOnce'] === true ? { atOnce: true } : {}),
        },
      };
    }),
  finished: (fields) =>
    ofStep(fields, (step) => {
      const report = reportOf(fields['report']);
      return report && { event: 'finished', step, report };
    }),
  note: (fields) => ({ event: 'note', text: string(fields['text']) ?? '' }),
  end: () => ({ event: 'end' }),
  result: (fields) => ({ event: 'result', text: typeof fields['text'] === 'string' ? redacted(printable(fields['text'])) : '' }),
  document: (fields) => {
    const document = fieldsOf(fields['document']);
    return document && { event: 'document', document: outgoingValue(document) as object };
  },
  error: (fields) => {
    const [fault, text] = [faultIn(fields['fault']), string(fields['text'])];
    return { event: 'error', ...(fault ? { fault } : {}), ...(text === undefined ? {} : { text }) };
  },
  exit: (fields) => {
    const code = exitCode(fields['code']);
    return code === undefined ? undefined : { event: 'exit', code };
  },
  ended: (fields) => ({
    event: 'ended',
    code: exitCode(fields['code']) ?? null,
    signal: /^SIG[A-Z0-9]{2,10}$/.exec(string(fields['signal']) ?? '')?.[0] ?? null,
    said: said(fields),
    memory: fields['memory'] === true,
  }),
  lost: (fields) => ({ event: 'lost', why: oneOf(['reboot', 'killed'] as const, fields['why']) ?? 'killed', said: said(fields) }),
} satisfies Record<string, Reader>;

function ofStep<T>(fields: Fields, make: (step: number) => T): T | undefined {
  const step = number(fields['step']);
  return step !== undefined && Number.isInteger(step) && step < mostSteps ? make(step) : undefined;
}

function shownStep(value: unknown): ShownStep {
  const name = string(tree(value)['name']) ?? '';
  return { name, title: string(tree(value)['title']) ?? name };
}

function reportOf(value: unknown): StepReport | undefined {
  const read = recordedStep(value);
  if (!read) return undefined;
  const { volumes: _, packages: __, trainingData: ___, changed, table, ...report } = read;
  return { ...report, ...(changed.length > 0 ? { changed } : {}), ...(table.length > 0 ? { table } : {}) };
}

function faultIn(value: unknown): Fault | undefined {
  const fields = tree(value);
  const [code, found] = [/^E_[A-Z0-9_]{1,60}$/.exec(string(fields['code']) ?? '')?.[0], string(fields['found'])];
  if (!code || found === undefined) return undefined;
  const [needed, tail] = [string(fields['needed']), tailOf(fields['tail'])];
  return { code, found, ...(needed ? { needed } : {}), fix: ways(fields['fix']) ?? '', ...(tail ? { tail } : {}) };
}

const said = (fields: Fields): string => (typeof fields['said'] === 'string' ? lastLines(fields['said']) : '');

const exitCode = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255 ? value : undefined;

/** A time as ISO 8601, where it is one. */
function timeOf(value: unknown): string | undefined {
  const time = new Date(typeof value === 'string' && value.length < 40 ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** Whether brackets lie deeper in each other than a document of ours: what goes down there would not come back. Texts count too, and have few. */
function isTooDeep(line: string): boolean {
  let [depth, inText] = [0, false];
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (inText) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepest) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}
