import * as path from 'node:path';
import type { Context } from '../core/context';
import { look } from '../core/perform';
import { stepDocument } from '../core/report';
import { partsOf, secretsIn } from '../core/secrets';
import { remoteFolder, statePath } from '../core/state';
import { type Item, stepsOf } from '../core/step';
import { tokenFiles } from '../hub/token';
import { parseRunRecord, type RecordedStep, type RunRecord, recordedStep } from '../parse/run-record';
import { cleanMachine, type Machine, remoteMachine, thisMachine } from './machine';

/** A task whose steps the page is about: its name is the command that does them. */
export interface ReportedTask {
  name: string;
  steps(context: Context): readonly Item[];
}

/**
 * The newest looks at every machine that we know of. This machine is looked at here and now, since a look leaves no
 * record and the record of a run tells how the machine was then. A remote is not asked: what its runs left was fetched
 * into the state folder, `remotes/NAME/runs`, and says of when it is.
 */
export async function newestLooks(context: Context, reported: readonly ReportedTask[]): Promise<Machine[]> {
  const at = context.host.now().toISOString();
  const steps: (RecordedStep & { mends: string })[] = [];
  for (const task of reported)
    for (const step of stepsOf(task.steps(context))) {
      context.host.processes.throwIfInterrupted();
      if (steps.some(({ name }) => name === step.name)) continue;
      // Room is measured to the last file: a quick look stops where the free space alone settles it.
      const report = await look(step, context, step.name === 'storage' ? 'full' : 'quick');
      steps.push(...one(recordedStep(stepDocument(report))).map((seen) => ({ ...seen, mends: task.name })));
    }
  const secrets = knownSecrets(context);
  const here = recordsIn(context, statePath(context.root, 'runs'));
  const remotes = context.host.files.list(statePath(context.root, 'remotes')).flatMap((name) => {
    const { runs, unreadable } = recordsIn(context, path.join(remoteFolder(context.root, name), 'runs'));
    return one(remoteMachine(name, runs, unreadable));
  });
  return [thisMachine({ at, steps }, here.runs, here.unreadable), ...remotes].map((machine) => cleanMachine(machine, secrets));
}

/** Changes whenever a run ends: what was looked at before it may be no longer so. */
export function runsSoFar({ host, root }: Context): string {
  const remotes = host.files.list(statePath(root, 'remotes')).map((name) => path.join(remoteFolder(root, name), 'runs'));
  return [statePath(root, 'runs'), ...remotes].flatMap((folder) => [folder, ...host.files.list(folder)]).join('\n');
}

function recordsIn({ host }: Context, folder: string): { runs: RunRecord[]; unreadable: number } {
  const names = host.files.list(folder).filter((name) => name.endsWith('.json'));
  const runs = names.flatMap((name) => one(readRecord(path.join(folder, name))));
  return { runs, unreadable: names.length - runs.length };

  function readRecord(file: string): RunRecord | undefined {
    try {
      // A record has some kilobytes; what is not one is not read into memory.
      if ((host.files.stat(file)?.size ?? 0) > 20_000_000) return undefined;
      return parseRunRecord(host.files.readText(file) ?? '');
    } catch {
      return undefined;
    }
  }
}

/** Values that must not stand in a page: of the environment, and the tokens that lie in files. */
function knownSecrets(context: Context): string[] {
  const inFiles = tokenFiles(context).flatMap((file) => {
    try {
      return partsOf(context.host.files.readText(file) ?? '');
    } catch {
      return [];
    }
  });
  return [...new Set([...secretsIn(context.host.env), ...inFiles])];
}

const one = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
