import type { Context } from '../../../engine/context';
import type { RunOptions } from '../../../platform/processes/run';
import { type Limits, refusePart } from '../../answers/answer';
import { hasMoved, type RsyncVersion } from '../../answers/rsync-output';
import type { Filters } from '../../compare/filters';
import type { Direction, Folder } from '../../compare/folders';
import { linksOf } from '../../compare/outside-links';
import { type Sides, sidesOf } from '../../compare/sides';
import { remoteFault, unreadableSource, withoutNoise } from '../faults';
import type { PosixMachine } from '../machine';
import type { Try } from '../retry';
import { addressIn } from '../ssh/ssh';
import type { RsyncCall } from './rsync-args';

/** How rsync is called for the folders of a push or a pull, and what became of it. */
export type RsyncCalls = ReturnType<typeof rsyncCalls>;

export function rsyncCalls(context: Context, machine: PosixMachine, direction: Direction, filters: Filters) {
  const { host, root, settings } = context;
  const { sync } = settings.setup;
  const rsyncHere = machine.rsyncHere as RsyncVersion;
  const sides = (folder: Folder) => sidesOf(context, machine, folder, direction);
  const links = linksOf(context, direction, filters);
  const call = async (folder: Folder, { here, there, file }: Sides, more: Partial<RsyncCall>): Promise<RsyncCall> => {
    const outside = (await links(folder)).size > 0;
    const remote = `${machine.ssh ? `${addressIn(machine.ssh.host)}:` : ''}${there}/`;
    const [from, to] = direction === 'push' ? [`${here}/`, remote] : [remote, `${here}/`];
    return {
      here: rsyncHere,
      there: machine.rsync as RsyncVersion,
      direction,
      ssh: machine.ssh,
      filters: { own: folder.own, ...filters },
      dryRun: false,
      listDeletions: false,
      checksum: false,
      compress: sync.compress,
      timeoutSeconds: sync.timeout_seconds,
      from: from + (file ?? ''),
      to,
      ...(outside ? { links: file === undefined ? ('content' as const) : ('follow' as const) } : {}),
      ...more,
    };
  };
  const run = async (
    args: readonly string[],
    more: Pick<RunOptions, 'onLine' | 'keep' | 'input' | 'dropped'> & Partial<Limits>,
  ): Promise<Try & { stdout: string }> => {
    // The C locale: every byte that is not ASCII comes as an escape, and names are bytes.
    const options = { cwd: root, program: 'ssh', env: { LC_ALL: 'C' }, encoding: 'latin1', guarded: true, ...more } as const;
    const result = await host.processes.ask('rsync', args, options);
    // Of what moves files the end is enough.
    if (more.keep !== 'end') refusePart(machine.remote, result);
    const { exitCode, stdout, stderr, tail } = result;
    return { exitCode, text: withoutNoise(machine.ssh, stderr.trim() === '' ? tail : stderr), moved: hasMoved(stdout), stdout };
  };
  const fault = ({ exitCode, text }: Try) =>
    unreadableSource(exitCode, text, direction === 'pull' ? machine.remote : undefined) ?? remoteFault(machine, exitCode, text, direction);
  return { sides, links, call, run, fault, flavour: rsyncHere.flavour };
}
