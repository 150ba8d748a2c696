import type { Context } from '../core/context';
import { usageError } from '../core/errors';
import type { Step } from '../core/step';
import { plural } from '../core/text';
import { remoteNamed, whereOf } from '../sync/remote';
import { compareRecords, fetchRecords } from '../sync/run-records';
import { shellOn } from '../sync/shell';
import { sshFor } from '../sync/ssh';

/**
 * The run records of one remote, here as they are there. Nothing is written on the remote.
 * @throws UserError exit code 2 where there is no such remote, or none with a shell
 */
export function fetchStep(context: Context, name: string): Step {
  const remote = remoteNamed(context, name);
  if (remote.type === 'rclone')
    throw usageError(`\`${name}\` is reached with rclone: no runs happen there`, 'name a remote of type ssh or local');
  const shell = async () => shellOn(context, remote.type === 'ssh' ? await sshFor(context, remote) : undefined);
  return {
    name: `records:${name}`,
    title: `Look at the runs of ${name}`,
    async check(now) {
      const { names, missing } = await compareRecords(now, remote, await shell());
      const where = `\`${whereOf(remote)}\``;
      if (names.length === 0) return { state: 'done', found: `${where} has no run yet` };
      if (missing.length > 0) return { state: 'todo', found: `${missing.length} of ${plural(names.length, 'run')} on ${where} are new` };
      return { state: 'done', found: `${plural(names.length, 'run')} of ${where} here` };
    },
    async plan() {
      return [{ title: `fetch the run records of ${name}`, run: async (now) => fetchRecords(now, remote, await shell()) }];
    },
  };
}
