import type { SlurmSettings } from '../settings/schema/slurm';

/**
 * The options of sbatch(1) and srun(1) that the settings of a remote mean, each as `--name=value`.
 * @param gpus where `gres` says nothing
 */
export const jobOptions = ({ partition, account, gres, time, extra }: SlurmSettings, gpus: number): string[] => [
  ...(partition ? [`--partition=${partition}`] : []),
  ...(account ? [`--account=${account}`] : []),
  `--gres=${gres ?? `gpu:${gpus}`}`,
  `--time=${time}`,
  ...extra,
];

/**
 * Minutes of a time limit, rounded up: `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, and so on (sbatch(1),
 * `--time`). One minute is the least that Slurm counts; `undefined` where there is no limit, which is what a time of nothing means.
 */
export function minutesOf(time: string | number): number | undefined {
  const [, days, rest = ''] = /^(?:(\d+)-)?([\d:]+)$/.exec(String(time)) ?? [];
  if (rest === '') return undefined;
  const parts = rest.split(':').map(Number);
  const [hours = 0, minutes = 0, seconds = 0] = days !== undefined || parts.length === 3 ? parts : [0, ...parts];
  const all = Number(days ?? 0) * 1440 + hours * 60 + minutes + seconds / 60;
  return all === 0 ? undefined : Math.max(1, Math.ceil(all));
}

/** The longest that a training is given to end its step and write a checkpoint, in seconds. */
const longestNotice = 300;

/**
 * Seconds before the limit at which Slurm says so: a quarter of a short job. Slurm may say it up to a minute earlier (sbatch(1)).
 * `undefined` where there is no limit.
 */
export function noticeSeconds(time: string | number): number | undefined {
  const minutes = minutesOf(time);
  return minutes === undefined ? undefined : Math.max(60, Math.min(longestNotice, minutes * 15));
}
