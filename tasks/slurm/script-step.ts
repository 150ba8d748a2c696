import * as path from 'node:path';
import { UserError, usageError } from '../common/errors';
import { bytes } from '../common/format';
import { keptName } from '../engine/aside';
import type { Context } from '../engine/context';
import { shown } from '../engine/paths';
import type { Step } from '../engine/step';
import { takenBy } from '../engine/taken';
import { variablesOf } from '../engine/variables';
import { shapesOf } from '../gpu/look';
import { estimate } from '../gpu/memory/memory';
import { memoryConfigFor, memoryConfigOf } from '../gpu/memory/training-memory-config';
import { ownFile } from '../settings/read/sources';
import type { SlurmSettings } from '../settings/schema/slurm';
import { remoteNamed } from '../sync/remotes/chosen-remote';
import { jobGpus } from './job-gpus';
import { jobOptions, noticeSeconds } from './job-options';
import { scriptText } from './script-text';
import { settingsThere } from './settings-there';
import { srunOnlyFault } from './srun-only';

/** Where the script lies in the project. */
const file = 'configs/train.sbatch';

/** `configs/train.sbatch` is what the settings mean. A person's changes are never overwritten unless that is asked for, and are kept then. */
export const scriptStep: Step<string> = {
  name: 'script',
  title: `Write ${file}`,
  async check(context) {
    const job = jobOf(context);
    const { slurm, gpus, tooFew } = job;
    const refused = tooFew ?? srunOnlyFault(job.name, slurm);
    if (refused) return { state: 'blocked', ...refused };
    const wanted = await wantedText(job);
    const at = path.join(context.root, file);
    const taken = takenBy(context, at, wanted, 'slurm:script');
    if (taken) {
      const kept = `keeps it as \`${shown(context.root, keptName(context, at))}\``;
      if (context.forced('script')) return { state: 'todo', found: `\`${file}\` ${taken.what}; \`--force=script\` ${kept}`, seen: wanted };
      return {
        state: 'blocked',
        code: 'E_OUTPUT_TAKEN',
        found: `\`${file}\` ${taken.what}${taken.is === 'edited' ? ', and the settings mean another one' : ''}`,
        needed: 'a script of the settings, or none',
        fix: `\`npx just slurm:script --force=script\`, which ${kept}`,
        seen: wanted,
      };
    }
    const there = context.host.files.readText(at);
    const notice = noticeSeconds(slurm.time);
    const told = notice === undefined ? 'without a time limit' : `told ${notice} s before its time is over`;
    const found = `\`${file}\`: ${jobOptions(slurm, gpus).join(' ')}, ${told}`;
    if (there === wanted) return { state: 'done', found, seen: wanted };
    if (there === undefined) return { state: 'todo', found: `\`${file}\` is not there`, seen: wanted };
    return { state: 'todo', found: `\`${file}\` is of other settings`, seen: wanted };
  },
  plan: async (_, wanted) => [
    {
      title: `write \`${file}\``,
      async run(context, __, seen = wanted) {
        const { files } = context.host;
        const at = path.join(context.root, file);
        const text = seen ?? (await wantedText(jobOf(context)));
        if (takenBy(context, at, text, 'slurm:script')) files.move(at, keptName(context, at));
        files.writeText(at, text);
      },
    },
  ],
};

/**
 * Slurm as the settings of `--remote` say, or of the only remote that says anything.
 * @throws UserError exit code 2: E_USAGE, E_REMOTE_UNKNOWN, E_REMOTE_TODO, E_REMOTE_SETTINGS
 */
export function slurmOf(context: Context): { name: string; slurm: SlurmSettings } {
  const { remotes } = context.settings.setup;
  const own = ownFile('setup', context.environment);
  const clusters = Object.entries(remotes).flatMap(([name, { slurm }]) => (slurm ? [name] : []));
  const name = context.option('remote') ?? (clusters.length === 1 ? clusters[0] : undefined);
  if (name === undefined)
    throw usageError(
      clusters.length === 0 ? 'no remote has `slurm`' : `which cluster? ${clusters.join(', ')} have \`slurm\``,
      clusters.length === 0
        ? `write \`remotes: { cluster: { host: …, path: …, slurm: { partition: … } } }\` with your values into ${own}`
        : `\`--remote=${clusters[0]}\``,
    );
  const { slurm } = remoteNamed(context, name);
  if (slurm) return { name, slurm };
  throw usageError(`\`remotes.${name}\` has no \`slurm\``, `add \`slurm: { partition: … }\` to it in ${own}`);
}

/** What a job is, by the settings that it reads. */
interface Job {
  name: string;
  slurm: SlurmSettings;
  gpus: number;
  tooFew: ReturnType<typeof jobGpus>['tooFew'];
  /** What `--set` and variables of here say, for the job to say it too. */
  variables: ReadonlyMap<string, string>;
  /** With the settings there. */
  there: Context;
}

/** @throws UserError exit code 2: as `slurmOf`, E_CONFIG where a file of the machine's own settings is wrong */
function jobOf(context: Context): Job {
  const cluster = slurmOf(context);
  const variables = variablesOf(context);
  const loaded = settingsThere(context, cluster.name, variables);
  if (loaded.fault) throw new UserError(loaded.fault, 2);
  const { settings, origins } = loaded;
  return { ...cluster, ...jobGpus(context, cluster, loaded), variables, there: { ...context, settings, origins } };
}

async function wantedText({ slurm, gpus, variables, there }: Job): Promise<string> {
  const { engine, prefix, path: venv } = there.settings.setup.remote;
  const { processes } = there.settings.training;
  const isConda = engine === 'conda' || (engine === 'auto' && prefix !== null);
  const plan = memoryConfigOf(there.settings.training);
  const each = gpus > 1 ? ` on each of ${gpus} GPUs, one for each process` : '';
  const memory = (await shapesOf(there)).map(({ name, shape, attention }) =>
    shape
      ? `${name} needs ${bytes(estimate(shape, memoryConfigFor(plan, attention)).total)} of GPU memory${each}, by the estimate of \`npx just gpu --estimate\`.`
      : `What GPU memory ${name} needs is not known before it is downloaded.`,
  );
  const one =
    '`training.processes` is 0: one GPU is asked for, and `remotes.NAME.slurm.gres` asks for more. The training takes all of the job.';
  const notes = processes === 0 && slurm.gres === null ? [...memory, one] : memory;
  return scriptText({ slurm, gpus, prefix: isConda ? (prefix ?? undefined) : venv, isConda, notes, variables });
}
