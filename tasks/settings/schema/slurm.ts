import * as v from 'valibot';

/** A word that becomes part of an option of Slurm, in a script that a shell reads too. */
const word = (what: string, pattern: RegExp, expected: string) =>
  v.optional(v.pipe(v.nullable(v.pipe(v.string(), v.regex(pattern, expected))), v.description(what)), null);

/** `name[[:type]:count]`, several with commas between (sbatch(1), `--gres`). */
const gresPattern = /^[\w.-]+(?::[\w.+-]+){0,2}(?:,[\w.-]+(?::[\w.+-]+){0,2})*$/;
const timePattern = /^(?:\d+-\d{1,2}(?::\d{1,2}){0,2}|\d+(?::\d{1,2}){0,2}|UNLIMITED|INFINITE)$/;
const timeExpected = 'a time of Slurm such as "4:00:00", "2-00:00:00" or 90 (minutes)';

/**
 * What a job of Slurm asks for: the options of sbatch(1) and srun(1) of the same names. Everything is a word without blanks and
 * quotes: it stands in a script.
 */
export const slurm = v.optional(
  v.pipe(
    v.nullable(
      v.strictObject({
        partition: word("Partition with the GPUs; null is the cluster's default", /^[\w.,-]+$/, 'a name of a partition'),
        account: word('Account that the time is booked on; null is your default', /^[\w.@-]+$/, 'a name of an account'),
        gres: word(
          'Generic resources of a job; null is a GPU for each process of the training, `gpu:1` unless `training.processes` says more',
          gresPattern,
          'resources such as "gpu:2" or "gpu:a100:1", without "(S:0-1)" and "gres/", which `sinfo` shows',
        ),
        time: v.optional(
          v.pipe(
            v.union(
              [v.pipe(v.string(), v.regex(timePattern, timeExpected)), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e6))],
              timeExpected,
            ),
            v.description(
              'Time limit of a job: minutes, minutes:seconds, hours:minutes:seconds or days-hours:minutes:seconds; 0 or UNLIMITED is none',
            ),
          ),
          '4:00:00',
        ),
        extra: v.optional(
          v.pipe(
            v.array(v.pipe(v.string(), v.regex(/^--[a-z][a-z-]*(?:=[\w.:,/=@%+&|*()[\]-]+)?$/, 'an option such as "--qos=normal"'))),
            v.description('Further options of sbatch and srun, each as `--name=value`'),
          ),
          [],
        ),
      }),
    ),
    v.description('A job of Slurm runs what needs a GPU there: the host is a login node; null is a machine of its own'),
  ),
  null,
);

export type SlurmSettings = NonNullable<v.InferOutput<typeof slurm>>;
