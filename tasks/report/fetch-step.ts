import * as path from 'node:path';
import type { Context } from '../core/context';
import { usageError } from '../core/errors';
import { makeState, remoteFolder } from '../core/state';
import type { Step } from '../core/step';
import { plural } from '../core/text';
import { parseRecordNames, parseRecords } from '../parse/fetched-records';
import { remoteFault } from '../sync/faults';
import { type Remote, remoteNamed, whereOf } from '../sync/remote';
import { recordNamesScript, recordsScript } from '../sync/scripts';
import { type Shell, shellOn } from '../sync/shell';
import { sshFor } from '../sync/ssh';

/**
 * The run records of one remote, here as they are there. Nothing is written on the remote.
 * @throws UserError exit code 2 where there is no such remote, or none with a shell
 */
export function fetchStep(context: Context, name: string): Step {
  const remote = remoteNamed(context, name);
  if (remote.type === 'rclone')
    throw usageError(`\`${name}\` is reached with rclone: no runs happen there`, 'name a remote of type ssh or local');
  return {
    name: `records:${name}`,
    title: `Look at the runs of ${name}`,
    async check(now) {
      const { there, missing } = await compare(now, remote);
      if (there.length === 0) return { state: 'done', found: `\`${whereOf(remote)}\` has no run yet` };
      if (missing.length > 0)
        return { state: 'todo', found: `${missing.length} of ${plural(there.length, 'run')} on \`${whereOf(remote)}\` are new` };
      return { state: 'done', found: `${plural(there.length, 'run')} of \`${whereOf(remote)}\` here` };
    },
    async plan() {
      return [{ title: `fetch the run records of ${name}`, run: (now) => fetchRecords(now, remote) }];
    },
  };
}

const folderFor = ({ root }: Context, { name }: Remote): string => path.join(remoteFolder(root, name), 'runs');

async function compare(context: Context, remote: Remote): Promise<{ shell: Shell; there: string[]; missing: string[]; gone: string[] }> {
  const shell = shellOn(context, remote.type === 'ssh' ? await sshFor(context, remote) : undefined);
  const { exitCode, stdout, tail, timedOut } = await shell.run(recordNamesScript, [remote.path], { timeoutMs: 40_000 });
  const there = parseRecordNames(stdout);
  if (!there) throw remoteFault(remote, timedOut || exitCode === 0 ? 255 : exitCode, timedOut ? 'timed out' : tail, 'pull');
  const here = context.host.files.list(folderFor(context, remote)).filter((file) => file.endsWith('.json'));
  return { shell, there, missing: there.filter((file) => !here.includes(file)), gone: here.filter((file) => !there.includes(file)) };
}

/** Brings what is new, and lets go of what the remote no longer keeps. */
async function fetchRecords(context: Context, remote: Remote): Promise<void> {
  const { shell, missing, gone } = await compare(context, remote);
  const { host, root } = context;
  const folder = folderFor(context, remote);
  if (missing.length > 0) {
    const { exitCode, stdout, tail } = await shell.run(recordsScript, [remote.path, ...missing]);
    if (exitCode !== 0) throw remoteFault(remote, exitCode, tail, 'pull');
    makeState(host, root);
    for (const [file, text] of parseRecords(stdout)) host.files.writeText(path.join(folder, file), text);
  }
  for (const file of gone) host.files.remove(path.join(folder, file));
}
