import * as path from 'node:path';
import { bootId } from '../../platform/boot-id';
import { createText, list, lstat, makeFolder, narrow, readJson, readText, remove, stat, writeText } from '../../platform/files';
import { stateFolder } from '../../platform/files/private';
import { processStartTime } from '../../platform/processes/process-groups';
import { lastLines } from '../../untrusted/text';

/** A run of this machine: what lies in `PROJECT/.just-lora/machine-runs/ID`. */
export interface RunFolder {
  id: string;
  folder: string;
}

/** What a run is: never its secrets, nor its arguments as they are. */
export interface RunInfo {
  id: string;
  task: string;
  shown: string;
  key: string;
  from: string;
  /** ISO 8601, UTC. */
  since: string;
}

/** A process by its number and what no later process with this number has. */
export interface ProcessMark {
  pid: number;
  started: string;
}

/** Who is at work: who watches the task, and the task. */
export interface RunProcesses {
  boot: string;
  watcher: ProcessMark;
  task?: ProcessMark;
}

/** How many runs are kept, the newest. */
const kept = 20;
/** Milliseconds that a run may take until it says which processes it is. */
const beginMs = 15_000;

const runsFolder = (project: string): string => path.join(project, stateFolder, 'machine-runs');

export const fileOf = (
  { folder }: RunFolder,
  name: 'info.json' | 'processes.json' | 'events' | 'output' | 'output.before' | 'told',
): string => path.join(folder, name);

export const runNamed = (project: string, id: string): RunFolder => ({ id, folder: path.join(runsFolder(project), id) });

/** The runs that there are, the newest last: their names begin with the time. */
export function runsOf(project: string): RunFolder[] {
  return list(runsFolder(project))
    .filter(isRunId)
    .map((id) => runNamed(project, id));
}

/** `20261128T172500123-1f2e3d4c`: a time, and what makes it one of its own. */
export const isRunId = (id: string): boolean => /^\d{8}T\d{9}-[0-9a-f]{8}$/.test(id);

export const infoOf = (run: RunFolder): RunInfo | undefined => readJson(fileOf(run, 'info.json'), 100_000) as RunInfo | undefined;

/** @throws what the file system says, and where a link of another user leads away */
export async function makeRun(project: string, info: RunInfo): Promise<RunFolder> {
  const state = path.join(project, stateFolder);
  makeFolder(state);
  const link = lstat(state);
  if (link?.isSymbolicLink() && ![process.getuid?.(), 0, stat(project)?.uid].includes(link.uid))
    throw new Error(`${state} is a link of another user`);
  narrow(state);
  const ignored = path.join(state, '.gitignore');
  // A kill in the middle of making it leaves another name: only where it is not there.
  if (!lstat(ignored)) createText(ignored, '*\n');
  for (const old of runsOf(project).slice(0, 1 - kept)) if ((await aliveness(old)) !== 'at work') remove(old.folder);
  const run = runNamed(project, info.id);
  makeFolder(run.folder);
  writeText(fileOf(run, 'info.json'), `${JSON.stringify(info)}\n`, false);
  return run;
}

/** Whether the run may still tell something, by the processes that it is; `reboot`: they were of an earlier boot. */
export async function aliveness(run: RunFolder): Promise<'at work' | 'ended' | 'reboot'> {
  const processes = readJson(fileOf(run, 'processes.json'), 10_000) as RunProcesses | undefined;
  if (!processes) {
    // Not of the folder: what comes into it, as that its end was told, would bring a dead one to life.
    const made = stat(fileOf(run, 'info.json')) ?? stat(run.folder);
    return made && Date.now() - made.mtimeMs < beginMs ? 'at work' : 'ended';
  }
  if (processes.boot !== bootId({ platform: process.platform, files: { readText } })) return 'reboot';
  for (const mark of [processes.watcher, processes.task]) if (mark && (await processStartTime(mark.pid)) === mark.started) return 'at work';
  return 'ended';
}

/** The last lines of what the run wrote past its events. */
export const saidBy = (run: RunFolder): string =>
  lastLines((readText(fileOf(run, 'output.before')) ?? '') + (readText(fileOf(run, 'output')) ?? ''));
