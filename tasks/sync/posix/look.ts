import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { calledAlike, installCommand } from '../../platform/install-command';
import { shortAnswer } from '../answers/answer';
import { parseLook } from '../answers/look-answer';
import { parseRsyncVersion, type RsyncVersion } from '../answers/rsync-output';
import type { Direction } from '../compare/folders';
import { type AskedList, mostListBytes } from '../compare/worth-a-list';
import { refuseUnmounted } from '../guards/mounted';
import { placeHere, refuseSamePlace } from '../guards/same-place';
import type { Remote } from '../remotes/remote';
import { remoteFault } from './faults';
import type { PosixMachine } from './machine';
import { readLook } from './read-look';
import { refuseClosed, refuseNoFolder, refuseUnescaped } from './refusals';
import { lookLines, lookScript } from './scripts/look-script';
import { seenTrees } from './seen-trees';
import { shellOn } from './shell';
import type { Ssh } from './ssh/connection';
import { fingerprints, isHostKnown } from './ssh/host-key';

const rsyncModule = () => require('./rsync/rsync') as typeof import('./rsync/rsync');

/**
 * One connection and one command answer everything: reachable, host key, login, rsync on both ends, the
 * folder, the space and the clock. Writes nothing.
 * @param ssh `undefined` for a volume of this machine
 * @param asked those of the folders of which it is to list what is there, for rsync alone
 * @throws UserError by the fault: E_SSH_…, E_RSYNC_…, E_REMOTE_…, E_NOT_MOUNTED
 */
export async function lookAtMachine(
  context: Context,
  remote: Remote,
  ssh: Ssh | undefined,
  folders: readonly string[],
  direction: Direction,
  asked: readonly AskedList[] = [],
): Promise<PosixMachine> {
  const shell = shellOn(context, ssh);
  const listed = remote.transfer === 'scp' ? [] : asked;
  const limits = listed.length > 0 ? { ...shortAnswer, mostBytes: shortAnswer.mostBytes + mostListBytes } : { timeoutMs: 40_000 };
  const isNew = ssh !== undefined && ssh.target.knownHosts.length > 0 && !(await isHostKnown(context, ssh.target));
  if (context.acts) shell.keepReady();
  const look = () => shell.run(lookScript, lookLines(remote.path, folders, listed), { limits });
  const [rsyncHere, first] = await Promise.all([rsyncOfThisMachine(context), look(), readMeanwhile(context, listed)]);
  // A server that lets in one session alone may have given it to one of the shells that wait, which can answer too.
  const answer = first.exitCode === 255 && shell.isKeptReady() ? await look() : first;
  const now = context.host.now().getTime() / 1000;
  const looked = await readLook(context, remote, ssh, answer, (text) =>
    parseLook(
      text,
      folders,
      listed.map(({ name }) => name),
    ),
  );
  const { path: folder, rsync, items } = looked;
  const transfer = chooseTransfer(context, remote, ssh, rsync, rsyncHere);
  refuseUnescaped(remote, folder, folders, transfer === 'rsync' && ssh ? rsyncHere : undefined);
  refuseNoFolder(context, remote, ssh, looked);
  const at = placeHere(context.host, ssh === undefined, looked);
  if (at !== undefined) refuseSamePlace(context, remote, at, folders);
  if (!ssh) refuseUnmounted(context, remote, looked.real || looked.nearest);
  if (direction === 'push') refuseClosed(remote, looked);
  const present = new Map([...items].map(([name, { presence }]) => [name, presence]));
  const empty = new Set([...items].filter(([, item]) => item.empty).map(([name]) => name));
  const machine: PosixMachine = {
    remote,
    shell,
    ssh,
    path: folder,
    home: looked.home,
    real: looked.real,
    ...(at === undefined ? {} : { placeHere: at }),
    present,
    empty,
    arrived(brought) {
      empty.clear();
      for (const [name, presence] of brought) if (presence === 'folder' || presence === 'file') present.set(name, presence);
    },
    rsync,
    rsyncHere,
    trees: seenTrees(remote, listed, looked.lists),
    freeBytes: looked.freeBytes,
    clockAhead: looked.now === undefined ? 0 : looked.now - now,
    locked: looked.locked,
    ...(isNew ? { newHostKey: await fingerprints(context, ssh.target) } : {}),
    transfer,
    transportLabel:
      transfer === 'rsync'
        ? `rsync ${rsyncHere?.text} here, ${rsync?.text} there`
        : transfer === 'shell'
          ? 'slowly by its shell alone, since a startup file there (~/.bashrc) hands over to another shell for every command: put `[[ $- != *i* ]] ||` before its `exec`'
          : `scp${remote.transfer === 'auto' ? ', since it has no rsync' : ''}`,
    transport: (way, filters) =>
      transfer === 'rsync'
        ? rsyncModule().rsyncTransport(context, machine, way, filters)
        : (require('./scp/scp') as typeof import('./scp/scp')).scpTransport(context, machine, way, filters),
  };
  return machine;
}

/** Reads what is here, and loads what comes next, once the question is on its way: over most lines its answer takes longer. */
async function readMeanwhile({ host }: Context, listed: readonly AskedList[]): Promise<void> {
  await host.sleep(0);
  for (const { here } of listed) here();
  rsyncModule();
}

async function rsyncOfThisMachine({ host, root }: Context): Promise<RsyncVersion | undefined> {
  const { exitCode, stdout } = await host.processes.ask('rsync', ['--version'], { cwd: root });
  return exitCode === 0 ? parseRsyncVersion(stdout) : undefined;
}

function chooseTransfer(
  { host }: Context,
  remote: Remote,
  ssh: Ssh | undefined,
  rsync: RsyncVersion | undefined,
  rsyncHere: RsyncVersion | undefined,
): 'rsync' | 'scp' | 'shell' {
  if (ssh?.elsewhere) return 'shell';
  if (ssh && remote.transfer === 'scp') return 'scp';
  if (rsync && rsyncHere) return 'rsync';
  if (ssh && remote.transfer === 'auto') return 'scp';
  if (rsyncHere) throw remoteFault({ remote, ssh }, 127, '');
  throw new UserError({
    code: 'E_RSYNC_MISSING_HERE',
    found: 'this machine has no rsync',
    fix: `${installCommand(host, calledAlike('rsync'), 'rsync')}\nwithout it: \`--set remotes.${remote.name}.transfer=auto\``,
  });
}
