import { usageError } from '../common/errors';
import { plural } from '../common/format';
import type { Context } from '../engine/context';
import type { Step } from '../engine/step';
import { compareRecords, fetchRecords, type RecordsThere } from '../sync/posix/run-records';
import type { Shell } from '../sync/posix/shell';
import { remoteAddress } from '../sync/remotes/address';
import { remoteNamed } from '../sync/remotes/chosen-remote';
import { kindNamed } from '../sync/remotes/remote-type';

/**
 * The run records of one remote, here as they are there. Nothing is written on the remote.
 * @throws UserError exit code 2 where there is no such remote, or none with a shell
 */
export function fetchStep(context: Context, name: string): Step<{ shell: Shell; records: RecordsThere }> {
  const remote = remoteNamed(context, name);
  const { shell: shellFor } = kindNamed(remote.type);
  if (!shellFor) throw usageError(`\`${name}\` is reached with ${remote.type}: no runs happen there`, 'name a remote of type ssh or local');
  return {
    name: `records:${name}`,
    title: `Find the runs of ${name}`,
    async check(now) {
      const shell = await shellFor(now, remote);
      const records = await compareRecords(now, remote, shell);
      const { names, missing, isFetched } = records;
      const [where, seen] = [`\`${remoteAddress(remote)}\``, { shell, records }];
      if (names.length === 0) return { state: isFetched ? 'done' : 'todo', found: `${where} has no run yet`, seen };
      if (missing.length > 0)
        return { state: 'todo', found: `${missing.length} of ${plural(names.length, 'run')} on ${where} are new`, seen };
      return { state: 'done', found: `${plural(names.length, 'run')} of ${where} here`, seen };
    },
    async plan(_, seen) {
      if (!seen) return [];
      return [{ title: `fetch the run records of ${name}`, run: (now) => fetchRecords(now, remote, seen.shell, seen.records) }];
    },
  };
}
