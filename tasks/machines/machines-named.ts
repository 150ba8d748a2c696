import { usageError } from '../common/errors';
import type { Context } from '../engine/context';
import { ownFile } from '../settings/read/sources';
import { remoteNamed } from '../sync/remotes/chosen-remote';
import type { Remote } from '../sync/remotes/remote';
import { filledIn } from '../sync/remotes/remote-settings';
import { kindNamed } from '../sync/remotes/remote-type';
import type { Machine } from './machine';

/**
 * The machines that `--on` names, each once, in its order; `all` are those of the settings that are filled in.
 * @throws UserError exit code 2: E_USAGE, E_REMOTE_UNKNOWN, E_REMOTE_TODO, E_REMOTE_SETTINGS
 */
export function machineNamesOf(context: Context, values: readonly string[]): Remote[] {
  const { remotes } = context.settings.setup;
  const words = values.flatMap((value) => value.split(',')).filter(Boolean);
  const machines = filledIn(remotes).filter((name) => remotes[name]?.type === 'ssh');
  const names = [...new Set(words.flatMap((word) => (word === 'all' && !Object.hasOwn(remotes, 'all') ? machines : [word])))];
  if (names.length === 0)
    throw usageError(
      words.length === 0 ? '`--on` names no machine' : '`--on=all`: no machine is filled in under `remotes`',
      machines.length > 0
        ? `\`--on=${machines[0]}\``
        : `write \`remotes: { gpu: { host: …, path: … } }\` with your values into ${ownFile('setup', context.environment)}`,
    );
  return names.map((name) => {
    const remote = remoteNamed(context, name, 'on');
    if (remote.type === 'ssh') return remote;
    throw usageError(
      `\`${name}\` is no machine that tasks run on: its type is ${remote.type}`,
      machines.length > 0 ? `\`--on=${machines[0]}\`` : 'name a remote of type ssh',
    );
  });
}

/** A way to each. @throws UserError E_NO_SSH, E_REPOSITORY_PROGRAM */
export const machinesNamed = (context: Context, remotes: readonly Remote[]): Promise<Machine[]> =>
  Promise.all(
    remotes.map(async (remote) => {
      const shell = await kindNamed(remote.type).shell?.(context, remote);
      if (!shell) throw new Error(`${remote.type} has no shell`);
      return { remote, shell };
    }),
  );
