import { argv, option, task, undertaker } from 'just-task';
import { quietJust, sayNothingAtExit, sayNothingOf } from './cli/just-output';
import { commonOptions, machineOptions, textOnly } from './cli/options';
import { exitWith, reportResult, result, resultWidth, wantsJson } from './cli/output';
import type { LoraTask } from './cli/task';
import { versionText } from './cli/versions';
import { UserError, usageError } from './common/errors';
import { explained } from './common/explained';
import { formerNameOf } from './common/former-names';
import { nearest } from './common/nearest';
import { condaTask, remoteLockTask } from './conda';
import { configTask } from './config';
import { dataCheckTask, dataFixTask } from './data';
import type { Report } from './engine/report';
import { exportTask } from './export';
import { gpuTask } from './gpu';
import { completionOfTasks, helpOfTasks, type WordTask } from './help';
import { mkdirsTask } from './mkdirs';
import { modelCleanTask } from './model-clean';
import { modelDownloadTask } from './model-download';
import { modelVerifyTask } from './model-verify';
import { reportTask } from './report';
import { runsTask } from './runs';
import { setupLocalTask } from './setup-local';
import { setupRemoteTask } from './setup-remote';
import { slurmScriptTask } from './slurm-script';
import { storageTask } from './storage';
import { syncPullTask, syncPushTask, syncRemotesTask, syncStatusTask } from './sync';
import { trainTask } from './train';
import { trainMergeTask } from './train-merge';
import { uninstallTask } from './uninstall';
import { type OwnChecks, validateTask } from './validate';
import { venvLockTask, venvTask } from './venv';

type Groups = Readonly<Record<string, readonly LoraTask[]>>;

/** What `npx just` says of a task. */
type Listed = Pick<LoraTask['definition'], 'name' | 'description'>;

/** Every task under its heading, in the order of `npx just`. */
function groupsWith(checks: OwnChecks): Groups {
  const setupLocal = setupLocalTask(checks);
  return {
    'Set up': [setupLocal, setupRemoteTask(), uninstallTask()],
    'Single steps': [mkdirsTask(), storageTask(), venvTask(), venvLockTask(), condaTask(), gpuTask(), remoteLockTask()],
    Models: [modelDownloadTask(), modelVerifyTask(), modelCleanTask()],
    Data: [dataCheckTask(), dataFixTask()],
    Train: [trainTask(), trainMergeTask(), exportTask(), slurmScriptTask()],
    Inspect: [validateTask(undefined, checks), reportTask(checks.local ? { local: [setupLocal] } : {}), configTask(), runsTask()],
    Sync: [syncPushTask(), syncPullTask(), syncStatusTask(), syncRemotesTask()],
  };
}

export interface RegisterOptions {
  /** Checks of the project's own, for `validate`; those of `local` end `setup:local` too. */
  checks?: OwnChecks;
}

/**
 * Registers every task of just-lora with just. `npx just` without a task lists them by group, after them those that the
 * project registered before.
 * @example registerTasks({ checks: { local: [myOwnCheck] } })
 */
export function registerTasks({ checks = {} }: RegisterOptions = {}): void {
  const groups = groupsWith(checks);
  const all = Object.values(groups).flat();
  const others = registered();
  for (const each of all) {
    const { name, description } = each.definition;
    for (const called of [name, formerNameOf(name)]) if (called) task(called, description, each);
  }
  const words = [helpOfTasks(all), completionOfTasks(all)];
  for (const { name, description, text } of words) task(name, description, () => print(name, text));
  // just would take the word behind a switch for its value: `just --json mkdirs` would name no task.
  for (const { name, value, also = [] } of [
    ...commonOptions,
    ...machineOptions,
    ...all.flatMap(({ definition }) => definition.options ?? []),
  ])
    if (!value || value.startsWith('['))
      for (const form of [name, ...also.map((each) => each.replace(/^-+/, ''))]) option(form, { boolean: true });
  const asked = argv();
  const [wanted] = asked._;
  if (wanted !== undefined) {
    begin(String(wanted), groups);
    return;
  }
  if (wantsJson()) {
    const error = textOnly(asked.version || asked.V ? '`--version`' : 'the list of tasks');
    reportResult(failed('just', error));
    process.stderr.write(`${error.stack}\n`);
    sayNothingAtExit();
    process.exit(2);
  }
  // just prints its own list, in one heap, after the configuration is loaded.
  result(asked.version || asked.V ? versionText() : listOf(groups, words, others));
  process.exit(0);
}

/** @throws UserError, whose exit code is that of the run */
function print(name: string, text: WordTask['text']): void {
  try {
    if (wantsJson()) throw textOnly(`\`${name}\``);
    result(text(resultWidth()));
  } catch (error) {
    exitWith(error instanceof UserError ? error.exitCode : 1);
    if (error instanceof UserError) reportResult(failed(name, error));
    throw error;
  }
}

/** What just does with the first word: it runs a task of ours, lists those that begin so, or says that there is none. */
function begin(wanted: string, groups: Groups): void {
  const beginning = Object.entries(groups).map(([heading, tasks]): [string, readonly LoraTask[]] => [
    heading,
    tasks.filter(({ definition }) => definition.name.startsWith(`${wanted}:`)),
  ]);
  if (!(wanted in undertaker.registry().tasks()) && beginning.some(([, tasks]) => tasks.length > 0)) {
    if (wantsJson()) refuseUnknown(wanted, `\`npx just ${wanted}\` lists those that begin so`);
    else result(listOf(Object.fromEntries(beginning.filter(([, tasks]) => tasks.length > 0)), [], []));
    sayNothingAtExit();
    process.exit(2);
  }
  quietJust(wanted);
  suggestWhereUnknown(wanted);
}

/** Where no task is called so, which just knows once the configuration is read, ours says that, and which one was meant. */
function suggestWhereUnknown(wanted: string): void {
  sayNothingOf(`Command not defined: ${wanted}`);
  process.once('exit', () => {
    const known = undertaker.registry().tasks();
    if (wanted in known) return;
    const meant = nearest(wanted, Object.keys(known));
    refuseUnknown(wanted, meant ? `did you mean \`npx just ${meant}\`?` : '`npx just` lists every task');
    process.exitCode = 2;
  });
}

/** Says that there is no such task: in the document too, where stdout belongs to one. */
function refuseUnknown(task: string, fix: string): void {
  const error = usageError(`no task \`${task}\``, fix);
  reportResult(failed(task, error));
  process.stderr.write(`${error.stack}\n`);
}

/** The document of what ended before anything was looked at. */
const failed = (task: string, { fault }: UserError): Report => ({
  version: 1,
  task,
  outcome: 'failed',
  startedAt: new Date().toISOString(),
  durationMs: 0,
  steps: [],
  error: fault,
});

/** The tasks that just knows by now. */
function registered(): Listed[] {
  return Object.entries(undertaker.registry().tasks()).map(([name, each]) => {
    const { description } = (each as { unwrap?(): { description?: string } }).unwrap?.() ?? {};
    return { name, description: description ?? '' };
  });
}

function listOf(groups: Groups, words: readonly WordTask[], others: readonly Listed[]): string {
  const all: [string, readonly Listed[]][] = Object.entries(groups).map(([heading, tasks]) => [
    heading,
    tasks.map(({ definition }) => definition),
  ]);
  if (words.length > 0) all.push(['Help', words]);
  if (others.length > 0) all.push(['This project', others]);
  const blocks = all.map(
    ([heading, tasks]) =>
      `${heading}\n${explained(
        tasks.map(({ name, description }) => [name, `${description}${alsoCalled(name)}`]),
        resultWidth(),
      )}`,
  );
  return `npx just TASK [options]\n\n${blocks.join('\n\n')}\n\n\`npx just TASK --help\` explains a task and its options\n`;
}

function alsoCalled(name: string): string {
  const former = formerNameOf(name);
  return former ? ` (also: ${former})` : '';
}
