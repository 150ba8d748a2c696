import { checkStep } from '../engine/apply-step';
import type { Context } from '../engine/context';
import { type RecordedStep, recordedStep } from '../engine/records/run-record';
import { stepDocument } from '../engine/report';
import type { Step } from '../engine/step';
import { tokenFiles } from '../hub/api/token';
import { filledIn } from '../sync/remotes/remote-settings';
import { kindNamed } from '../sync/remotes/remote-type';
import { trainedAdapters } from '../training/trained';
import { hide, partsOf, secretsIn } from '../untrusted/secrets';
import { cleanMachine, emptyRemote, type MachineReport, remoteMachine, thisMachine } from './machine';
import { fetchedRecords, ownRecords } from './records';

/** A task whose steps the page is about: its name is the command that does them. */
export interface ReportedTask {
  name: string;
  steps(context: Context): readonly Step[];
}

/**
 * The newest looks at every machine that we know of. This machine is looked at here and now, since a look leaves no
 * record and the record of a run tells how the machine was then. A remote is not asked: what its runs left was fetched
 * into the state folder, `remotes/NAME/runs`, and says of when it is.
 */
export async function newestLooks(context: Context, reported: readonly ReportedTask[]): Promise<MachineReport[]> {
  hideTokens(context);
  const at = context.host.now().toISOString();
  const steps: (RecordedStep & { mends: string })[] = [];
  for (const task of reported)
    for (const step of task.steps(context)) {
      context.host.processes.throwIfInterrupted();
      if (steps.some(({ name }) => name === step.name)) continue;
      // Room is measured to the last file: a quick look stops where the free space alone settles it.
      const { report } = await checkStep(step, context, step.name === 'storage' ? 'full' : 'quick');
      const seen = recordedStep(stepDocument(report));
      if (seen) steps.push({ ...seen, mends: task.name });
    }
  const { runs, unreadable } = ownRecords(context);
  const here = { ...thisMachine({ at, steps }, runs, unreadable), trained: trainedAdapters(context) };
  return [here, ...remoteMachines(context)].map(cleanMachine);
}

/** Every remote that records were fetched of, and those of the settings on which runs could happen. */
function remoteMachines(context: Context): MachineReport[] {
  const { remotes } = context.settings.setup;
  const withShell = filledIn(remotes).filter((name) => kindNamed(remotes[name]?.type ?? '').shell !== undefined);
  const fetched = new Map(fetchedRecords(context).map((records) => [records.remote, records]));
  return [...new Set([...fetched.keys(), ...withShell])].flatMap((name) => {
    const { runs, unreadable, isFetched } = fetched.get(name) ?? { runs: [], unreadable: 0, isFetched: false };
    const machine = remoteMachine(name, runs, unreadable);
    const setUp = remotes[name]?.type === 'ssh' ? `setup:remote --on=${name}` : 'setup:remote';
    return machine ?? (withShell.includes(name) ? emptyRemote(name, { isFetched, unreadable, setUp }) : []);
  });
}

/** A page is kept and sent on: the tokens that lie in files are hidden in it too. */
function hideTokens(context: Context): void {
  const { env, files } = context.host;
  hide(secretsIn(env));
  for (const file of tokenFiles(context))
    try {
      hide(partsOf(files.readText(file) ?? ''));
    } catch {
      // One that cannot be read cannot be told either.
    }
}
