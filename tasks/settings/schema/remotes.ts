import * as path from 'node:path';
import * as v from 'valibot';
import { list } from '../../platform/files';
import { slurm } from './slurm';
import { flag, line, name } from './values';

/** Each file of `tasks/sync/remote-types` is a kind of remote, and its name is the one that the settings use. */
const kinds = list(path.join(__dirname, '..', '..', 'sync', 'remote-types')).flatMap((file) => /^([\w-]+)\.[jt]s$/.exec(file)?.[1] ?? []);

/** One machine, bucket or volume of `setup.remotes`. Everything may come from another layer; `tasks/sync/remotes/remote-settings.ts` judges the whole. */
export const remote = v.strictObject({
  type: v.optional(
    v.pipe(v.picklist(kinds), v.description('ssh: a machine; rclone: S3, Drive and whatever rclone knows; local: a mounted volume')),
    'ssh',
  ),
  host: line('Host name, or a name of the ssh configuration; for rclone the name of its remote'),
  user: line('Login name there; null leaves it to the ssh configuration'),
  port: v.optional(
    v.pipe(
      v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535))),
      v.description('Port of ssh; null leaves it to the ssh configuration'),
    ),
    null,
  ),
  path: line("The project's folder there: data/processed goes to PATH/data/processed"),
  identity: line('Private key file; null leaves it to the ssh configuration and the agent'),
  ssh_config: line('Another ssh configuration file than ~/.ssh/config'),
  transfer: v.optional(
    v.pipe(v.nullable(v.picklist(['rsync', 'scp', 'auto'])), v.description('Who moves the bytes over ssh, instead of sync.transfer')),
    null,
  ),
  send_token: flag(
    "A task that runs there with --on gets this machine's token of the Hub, for that run alone; obeyed in a machine's own file",
    false,
  ),
  slurm,
});

/** A template: `TODO` is recognised as not filled in. */
export const defaultRemotes = { gpu: { type: 'ssh' as const, host: 'TODO_HOST', path: '/TODO/path/of/the/project' } };

export const remotes = v.optional(
  v.pipe(v.record(name, remote), v.description('Where data goes and adapters come from, by short name')),
  defaultRemotes,
);

export const defaultRemote = v.optional(
  v.pipe(v.nullable(v.string()), v.description('The remote that is meant where no --remote names one; null is the only one')),
  null,
);

export type RemoteEntry = v.InferOutput<typeof remote>;
