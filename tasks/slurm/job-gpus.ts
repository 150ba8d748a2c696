import type { Fault } from '../common/errors';
import { plural } from '../common/format';
import type { Context } from '../engine/context';
import type { LoadedSettings } from '../settings/read/load';
import type { SlurmSettings } from '../settings/schema/slurm';

/**
 * GPUs that `gres` asks for; `undefined` where it names none. `gpu`, `gpu:2`, `gpu:a100:2`, `gpu:a100:2(S:0-1)`, several with commas
 * between. Source: sbatch(1), `--gres`: `name[[:type]:count]`, a count of one where none is said.
 */
export function gpusOf(gres: string): number | undefined {
  const entries = gres
    .replace(/\([^)]*\)/g, '')
    .split(',')
    .map((entry) => entry.split(/[:=]/))
    .filter(([name]) => name === 'gpu');
  const counts = entries.map((words) => (/^\d+$/.test(words.at(-1) ?? '') ? Number(words.at(-1)) : 1));
  return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : undefined;
}

/**
 * What a job has of GPUs, by the settings of here and those that it reads.
 * @returns `gpus`: what is asked for where `gres` says nothing, one for each process; of "every usable one" (0) nobody knows how many that
 * are, and one is taken. `tooFew`: `gres` asks for fewer than there are processes, so `train` would end after the wait in the queue
 */
export function jobGpus(
  context: Context,
  { name, slurm: { gres } }: { name: string; slurm: SlurmSettings },
  there: LoadedSettings,
): { gpus: number; tooFew: (Fault & { needed: string }) | undefined } {
  const { processes } = there.settings.training;
  const gpus = Math.max(1, processes);
  const has = gres === null ? undefined : gpusOf(gres);
  if (has === undefined || has >= processes) return { gpus, tooFew: undefined };
  const setting = `remotes.${name}.slurm.gres`;
  const at = (origin: string | undefined) => (origin ? ` (${origin})` : '');
  return {
    gpus,
    tooFew: {
      code: 'E_PROCESSES',
      found: `\`training.processes\` is ${processes}${at(there.origins.get('training.processes'))}, and \`${setting}\` is \`${gres}\`${at(context.origins.get(setting))}: ${plural(has, 'GPU')} for a job`,
      needed: 'a GPU for each process',
      fix: `ask for ${processes} in \`${setting}\`, as \`gpu:${processes}\`; without it a job asks for as many as there are processes${has > 0 ? `\nor train in as many processes as there are GPUs: \`--set training.processes=${has}\`` : ''}`,
    },
  };
}
