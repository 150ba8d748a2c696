import { currentName } from '../../common/former-names';
import { tryParse } from '../../untrusted/json';
import { sentence } from '../../untrusted/text';
import { type JsonShape, listOf, number, oneOf, string, tailOf, texts, tree, ways } from './careful-json';
import { type RecordedData, recordedData } from './recorded-data';

/**
 * The record of a run as `engine/state.ts` leaves it, read with care: it may come from another machine, another
 * version, or a disk that was full. What is not as it should be is left out; texts are cut to a length that a page can show.
 */

/** A step as a run or a look left it. */
export interface RecordedStep {
  name: string;
  title: string;
  state: 'done' | 'todo' | 'blocked' | 'unknown' | 'failed' | 'skipped';
  found: string;
  needed?: string;
  fix?: string;
  code?: string;
  warning?: string;
  changed: string[];
  table: string[][];
  tail?: string;
  actions: { title: string; durationMs: number }[];
  durationMs: number;
  volumes: RecordedVolume[];
  packages: RecordedPackage[];
  /** Of the step that looks at the training data. */
  trainingData?: RecordedData;
}

/** A filesystem as the step `storage` tells of it, in bytes. */
export interface RecordedVolume {
  folder: string;
  availableBytes: number;
  neededBytes: number;
  comfortBytes: number;
  /** `thereBytes` is absent where a quick look did not measure it. */
  parts: { name: string; budgetBytes: number; thereBytes?: number }[];
}

/** A package of a Python environment: what is there, what the lock wants. */
export interface RecordedPackage {
  name: string;
  version?: string;
  locked?: string;
  /** How it differs from the lock; absent where it does not. */
  drift?: 'missing' | 'version' | 'extra';
  /** The requirements name it, it is not only needed by another. */
  asked: boolean;
}

/** A run of a task. */
export interface RunRecord {
  task: string;
  outcome: 'unchanged' | 'changed' | 'todo' | 'blocked' | 'failed' | 'interrupted';
  /** ISO 8601, UTC. */
  startedAt: string;
  durationMs: number;
  steps: RecordedStep[];
  error?: { code: string; found: string; fix: string };
  versions: Readonly<Record<string, string>>;
}

const outcomes: readonly RunRecord['outcome'][] = ['unchanged', 'changed', 'todo', 'blocked', 'failed', 'interrupted'];
const states: readonly RecordedStep['state'][] = ['done', 'todo', 'blocked', 'unknown', 'failed', 'skipped'];
const drifts: readonly NonNullable<RecordedPackage['drift']>[] = ['missing', 'version', 'extra'];

/** Reads a record. @returns undefined where it is none */
export function parseRunRecord(text: string): RunRecord | undefined {
  const fields = tree(tryParse(text));
  const outcome = oneOf(outcomes, fields['outcome']);
  const startedAt = new Date(string(fields['startedAt']) ?? Number.NaN);
  const task = string(fields['task']);
  if (!outcome || !task || Number.isNaN(startedAt.getTime())) return undefined;
  const error = tree(fields['error']);
  const found = string(error['found']);
  return {
    task: currentName(task),
    outcome,
    startedAt: startedAt.toISOString(),
    durationMs: number(fields['durationMs']) ?? 0,
    steps: listOf(fields['steps']).flatMap((step) => recordedStep(step) ?? []),
    versions: Object.fromEntries(
      Object.entries(tree(fields['versions'])).flatMap(([name, version]) => {
        const text = string(version);
        return text === undefined ? [] : [[sentence(name, 200), text]];
      }),
    ),
    ...(found ? { error: { code: string(error['code']) ?? '', found, fix: ways(error['fix']) ?? '' } } : {}),
  };
}

/** One step of a record, or of a look that was made just now. @returns undefined where it is none */
export function recordedStep(value: unknown): RecordedStep | undefined {
  const fields = tree(value);
  const [name, state, found] = [string(fields['name']), oneOf(states, fields['state']), string(fields['found'])];
  if (!name || !state || found === undefined) return undefined;
  const optional = Object.fromEntries(
    Object.entries({ needed: string, fix: ways, code: string, warning: string, tail: tailOf }).flatMap(([key, read]) => {
      const text = read(fields[key]);
      return text ? [[key, text]] : [];
    }),
  );
  const trainingData = recordedData(fields['data']);
  return {
    name: currentName(name),
    title: string(fields['title']) ?? name,
    state,
    found,
    ...optional,
    changed: texts(fields['changed']),
    table: listOf(fields['table'])
      .map(texts)
      .filter((row) => row.length > 0),
    actions: listOf(fields['actions']).flatMap((action) => {
      const title = string(tree(action)['title']);
      return title ? [{ title, durationMs: number(tree(action)['durationMs']) ?? 0 }] : [];
    }),
    durationMs: number(fields['durationMs']) ?? 0,
    volumes: listOf(fields['volumes']).flatMap((volume) => recordedVolume(tree(volume)) ?? []),
    packages: listOf(fields['packages']).flatMap((one) => recordedPackage(tree(one)) ?? []),
    ...(trainingData ? { trainingData } : {}),
  };
}

function recordedVolume(fields: JsonShape): RecordedVolume | undefined {
  const [folder, availableBytes] = [string(fields['folder']), number(fields['availableBytes'])];
  if (folder === undefined || availableBytes === undefined) return undefined;
  const parts = listOf(fields['parts']).flatMap((part) => {
    const { name, budgetBytes, thereBytes } = tree(part);
    const [called, budget, there] = [string(name), number(budgetBytes), number(thereBytes)];
    return called === undefined || budget === undefined
      ? []
      : [{ name: called, budgetBytes: budget, ...(there === undefined ? {} : { thereBytes: there }) }];
  });
  return {
    folder,
    availableBytes,
    neededBytes: number(fields['neededBytes']) ?? 0,
    comfortBytes: number(fields['comfortBytes']) ?? 0,
    parts,
  };
}

function recordedPackage(fields: JsonShape): RecordedPackage | undefined {
  const name = string(fields['name']);
  if (!name) return undefined;
  const [version, locked, drift] = [string(fields['version']), string(fields['locked']), oneOf(drifts, fields['drift'])];
  return {
    name,
    ...(version ? { version } : {}),
    ...(locked ? { locked } : {}),
    ...(drift ? { drift } : {}),
    asked: fields['asked'] === true,
  };
}
