import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { RunResult } from '../../platform/processes/processes';
import { heard, refusePart } from '../answers/answer';
import { type LookAnswer, parseLook } from '../answers/look-answer';
import { parseRsyncVersion, type RsyncVersion } from '../answers/rsync-output';
import type { Direction } from '../compare/folders';
import type { Remote } from '../remotes/remote';
import { remoteFault } from './faults';
import type { PosixMachine } from './machine';
import { refuseClosed, refuseNoFolder, refuseUnescaped } from './refusals';
import { lookScript } from './scripts/look-script';
import { shellOn } from './shell';
import type { Ssh } from './ssh';

/**
 * One connection and one command answer everything: reachable, host key, login, rsync on both ends, the
 * folder, the space and the clock. Writes nothing.
 * @param ssh `undefined` for a volume of this machine
 * @throws UserError by the fault: E_SSH_…, E_RSYNC_…, E_REMOTE_…, E_NOT_MOUNTED
 */
export async function lookAtMachine(
  context: Context,
  remote: Remote,
  ssh: Ssh | undefined,
  folders: readonly string[],
  direction: Direction,
): Promise<PosixMachine> {
  const shell = shellOn(context, ssh);
  const [rsyncHere, answer] = await Promise.all([
    rsyncOfThisMachine(context),
    shell.run(lookScript, [remote.path, ...folders], { limits: { timeoutMs: 40_000 } }),
  ]);
  const now = context.host.now().getTime() / 1000;
  const looked = readAnswer(remote, ssh, answer, folders);
  const { path: folder, rsync, items } = looked;
  const transfer = chooseTransfer(remote, ssh, rsync, rsyncHere);
  refuseUnescaped(remote, folder, folders, transfer === 'rsync' && ssh ? rsyncHere : undefined);
  refuseNoFolder(context, remote, ssh, looked);
  if (direction === 'push') refuseClosed(remote, looked);
  const machine: PosixMachine = {
    remote,
    shell,
    ssh,
    path: folder,
    home: looked.home,
    real: looked.real,
    present: new Map([...items].map(([name, { presence }]) => [name, presence])),
    rsync,
    rsyncHere,
    freeBytes: looked.freeBytes,
    clockAhead: looked.now === undefined ? 0 : looked.now - now,
    locked: looked.locked,
    transfer,
    transportLabel:
      transfer === 'rsync'
        ? `rsync ${rsyncHere?.text} here, ${rsync?.text} there`
        : `scp${remote.transfer === 'auto' ? ', since it has no rsync' : ''}`,
    transport: (way, filters) =>
      transfer === 'rsync'
        ? (require('./rsync/rsync') as typeof import('./rsync/rsync')).rsyncTransport(context, machine, way, filters)
        : (require('./scp/scp') as typeof import('./scp/scp')).scpTransport(context, machine, way, filters),
  };
  return machine;
}

async function rsyncOfThisMachine({ host, root }: Context): Promise<RsyncVersion | undefined> {
  const { exitCode, stdout } = await host.processes.run('rsync', ['--version'], { cwd: root });
  return exitCode === 0 ? parseRsyncVersion(stdout) : undefined;
}

/** What the look printed. @throws UserError where it did not come to its end, or something else prints too */
function readAnswer(
  remote: Remote,
  ssh: Ssh | undefined,
  { exitCode, stdout, tail, timedOut, cut }: RunResult,
  folders: readonly string[],
): LookAnswer {
  refusePart(remote, { cut, timedOut: false });
  const looked = heard(remote, () => parseLook(stdout, folders));
  if (!looked) throw remoteFault(remote, timedOut || exitCode === 0 ? 255 : exitCode, timedOut ? 'timed out' : missingSsh(tail));
  if (looked.noisy && ssh)
    throw remoteFault(remote, 2, `is your shell clean?\n${stdout.slice(0, stdout.indexOf('just-lora-begin')).trim()}`);
  return looked;
}

const missingSsh = (tail: string): string =>
  /ENOENT/.test(tail) ? 'ssh: the program is not installed here (`sudo apt-get install -y openssh-client`)' : tail;

function chooseTransfer(
  remote: Remote,
  ssh: Ssh | undefined,
  rsync: RsyncVersion | undefined,
  rsyncHere: RsyncVersion | undefined,
): 'rsync' | 'scp' {
  if (ssh && remote.transfer === 'scp') return 'scp';
  if (rsync && rsyncHere) return 'rsync';
  if (ssh && remote.transfer === 'auto') return 'scp';
  if (rsyncHere) throw remoteFault(remote, 127, '');
  throw new UserError({
    code: 'E_RSYNC_MISSING_HERE',
    found: 'this machine has no rsync',
    fix: `\`sudo apt-get install -y rsync\`; on a Mac \`brew install rsync\`\nwithout it: \`--set remotes.${remote.name}.transfer=auto\``,
  });
}
