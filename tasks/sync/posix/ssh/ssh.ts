import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import { sha256 } from '../../../common/hash';
import type { Context } from '../../../engine/context';
import { refuseTracked } from '../../../engine/repository-programs';
import { installCommand } from '../../../platform/install-command';
import type { RunResult } from '../../../platform/processes/run';
import { parseSshConfig } from '../../answers/ssh/ssh-config';
import { sshTarget } from '../../answers/ssh/ssh-target';
import type { Remote } from '../../remotes/remote';
import { remoteFault } from '../faults';
import type { Ssh } from './connection';

/**
 * One connection for all that a run does: the first ssh becomes its master, and an idle one is gone after 45 s.
 * The user's own configuration is read first (`ssh -G`): where it is stricter it stays.
 */
export async function sshFor(context: Context, remote: Remote): Promise<Ssh> {
  if (remote.sshConfig) await refuseTracked(context, `remotes.${remote.name}.ssh_config`, remote.sshConfig);
  const chosen = [
    ...(remote.sshConfig ? ['-F', remote.sshConfig] : []),
    ...(remote.identity ? ['-i', remote.identity, '-o', 'IdentitiesOnly=yes'] : []),
    ...(remote.user ? ['-o', `User=${remote.user}`] : []),
    ...(remote.port ? ['-o', `Port=${remote.port}`] : []),
  ];
  const ask = (...command: string[]) =>
    context.host.processes.ask('ssh', ['-G', ...chosen, '--', remote.host, ...command], {
      cwd: context.root,
      program: 'ssh',
      timeoutMs: 10_000,
    });
  let asked = await ask();
  // ForkAfterAuthentication wants a command even to be told, and RemoteCommand would have none beside it.
  if (asked.exitCode !== 0 && /Cannot fork into background without a command/.test(asked.tail)) asked = await ask('true');
  if (asked.exitCode !== 0) throw unusable(context, remote, asked);
  const theirs = parseSshConfig(asked.stdout);
  const number = (name: string) => Number(theirs.get(name)?.[0] ?? 0);
  const lower = (name: string, ours: number) => (number(name) > 0 && number(name) < ours ? number(name) : ours);
  const strict = ['true', 'yes'].includes(theirs.get('stricthostkeychecking')?.[0] ?? '');
  const folder = controlFolder(context);
  const socket = folder && path.join(folder, identityOf(context, remote, asked.stdout, theirs));
  const options = [
    ...chosen,
    '-o',
    'BatchMode=yes',
    // Without the banner of the other side, which may say anything; faults are told still.
    '-o',
    'LogLevel=ERROR',
    '-o',
    `ConnectTimeout=${lower('connecttimeout', 10)}`,
    // A link that is dead without a word ends after 12 s; a blip of a few seconds does not end it.
    '-o',
    `ServerAliveInterval=${lower('serveraliveinterval', 4)}`,
    '-o',
    `ServerAliveCountMax=${Math.min(3, number('serveralivecountmax') || 3)}`,
    ...(strict ? [] : ['-o', 'StrictHostKeyChecking=accept-new']),
    ...forPrograms(theirs),
    ...(socket ? ['-o', 'ControlMaster=auto', '-o', `ControlPath=${socket}`, '-o', 'ControlPersist=45'] : []),
  ];
  return { options, host: remote.host, target: sshTarget(asked.stdout, context.host.home), noise: new Set(), elsewhere: false, socket };
}

const sessionDefault = 'SessionType=default';

/**
 * Options as scp hands them to ssh: it asks for the subsystem of sftp, and ssh takes that beside no other type of session. Where one
 * is set the client is OpenSSH 8.7 or newer, whose scp knows `-s` for it.
 */
export function scpOptions(options: readonly string[]): string[] {
  const at = options.indexOf(sessionDefault);
  return at < 0 ? [...options] : ['-s', ...options.slice(0, at - 1), ...options.slice(at + 1)];
}

/**
 * Settings of a person's own sessions, as `RemoteCommand tmux new -A` (ssh_config(5)): a program is called and heard in place of it, and
 * a port that their session holds is no reason to end. Only those that are set: an older ssh does not know them all.
 */
const ofSessions: readonly [name: string, theirs: readonly string[], option: string][] = [
  ['requesttty', ['true', 'yes', 'force'], 'RequestTTY=no'],
  ['stdinnull', ['true', 'yes'], 'StdinNull=no'],
  ['forkafterauthentication', ['true', 'yes'], 'ForkAfterAuthentication=no'],
  ['permitlocalcommand', ['true', 'yes'], 'PermitLocalCommand=no'],
  ['sessiontype', ['none', 'subsystem'], sessionDefault],
  ['exitonforwardfailure', ['true', 'yes'], 'ExitOnForwardFailure=no'],
];

const forPrograms = (theirs: ReadonlyMap<string, readonly string[]>): string[] => [
  ...((theirs.get('remotecommand')?.[0] ?? 'none') === 'none' ? [] : ['-o', 'RemoteCommand=none']),
  ...ofSessions.flatMap(([name, values, option]) => (values.includes(theirs.get(name)?.[0] ?? '') ? ['-o', option] : [])),
];

/** A host in front of the colon of rsync and scp: an IPv6 address has colons of its own. */
export const addressIn = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** winget has none: Windows brings it as an optional feature. */
const opensshClient = {
  apt: 'openssh-client',
  dnf: 'openssh-clients',
  zypper: 'openssh-clients',
  pacman: 'openssh',
  apk: 'openssh-client',
};

/** ssh is not there, or does not take its configuration. */
function unusable({ host }: Context, remote: Remote, { exitCode, tail }: RunResult): UserError {
  if (exitCode >= 0 || !/ENOENT/.test(tail)) return remoteFault({ remote }, exitCode, tail);
  return new UserError({
    code: 'E_NO_SSH',
    found: 'this machine has no ssh on PATH',
    needed: 'the client of OpenSSH',
    fix: host.platform === 'darwin' ? 'put `/usr/bin` into PATH' : installCommand(host, opensshClient, 'the client of OpenSSH'),
  });
}

/** Asks the same once more without the shared connection, which swallows what jump hosts and ProxyCommands say. */
export function askAnew({ host, root }: Context, ssh: Ssh, logLevel: 'ERROR' | 'INFO'): Promise<RunResult> {
  // Of an option that is given twice the first counts.
  const first = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none', '-o', `LogLevel=${logLevel}`];
  const options = { cwd: root, program: 'ssh', guarded: true, env: { LC_ALL: 'C' }, timeoutMs: 40_000, mostBytes: 1_000_000 } as const;
  return host.processes.ask('ssh', ['-T', ...first, ...ssh.options, '--', ssh.host, 'exit 0'], options);
}

/**
 * What the connection rests on, so that an old master does not hide a changed key, host key or configuration:
 * the resolved options and the contents of the files that they name.
 */
function identityOf({ host }: Context, remote: Remote, resolved: string, theirs: ReadonlyMap<string, string[]>): string {
  const known = (theirs.get('userknownhostsfile') ?? []).flatMap((line) => line.split(' '));
  const files = [remote.identity, remote.sshConfig, ...(theirs.get('identityfile') ?? []), ...known];
  const contents = files.map((file) => {
    try {
      return file ? (host.files.readText(file.replace(/^~(?=\/)/, host.home ?? '~')) ?? '') : '';
    } catch {
      return 'unreadable';
    }
  });
  return sha256(JSON.stringify([resolved, remote.identity, remote.sshConfig, contents])).slice(0, 16);
}

/**
 * A folder for sockets that is ours alone. Its path is short, since a socket's may have 104 bytes and ssh
 * adds 17 of its own while it makes one; `undefined` where there is none, and each call connects anew.
 */
function controlFolder({ host }: Context): string | undefined {
  const own = [host.env.XDG_RUNTIME_DIR, host.home && path.join(host.home, '.cache'), `/tmp/.just-lora-${host.userId}`];
  for (const base of own) {
    if (!base || !path.isAbsolute(base) || /[\s"'%]/.test(base)) continue;
    const folder = path.join(base, 'jl-ssh');
    if (Buffer.byteLength(folder) > 40) continue;
    try {
      host.files.makePrivateFolder(folder);
      return folder;
    } catch {
      // Another one's, or read-only.
    }
  }
  return undefined;
}

/** A connection that broke may look alive to its master for a while: the next try makes a new one. */
export async function dropMaster({ host, root }: Context, ssh: Pick<Ssh, 'options' | 'host'> | undefined): Promise<void> {
  if (ssh) await host.processes.ask('ssh', [...ssh.options, '-O', 'exit', '--', ssh.host], { cwd: root, program: 'ssh', timeoutMs: 3000 });
}
