import { UserError } from '../../common/errors';
import { shownName } from '../../common/shown-name';
import { lastLines, oneLine } from '../../untrusted/text';
import { unescapeName } from '../answers/rsync-output';
import type { SshFault } from '../answers/ssh/ssh-fault';
import type { SshTarget } from '../answers/ssh/ssh-target';
import { type TransferFault, transferFault } from '../answers/transfer-fault';
import type { Direction } from '../compare/folders';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';
import type { Ssh } from './ssh/connection';
import { type ErrorText, loginWords, sshErrors } from './ssh/ssh-faults';
import { inStartupFile } from './startup-file';

/** Whose fault it is: the remote, and how ssh is called for it, where it is. */
export interface FaultyRemote {
  remote: Remote;
  ssh?: Ssh | undefined;
}

/** A fault of the way to a remote, as a person can fix it. */
export function remoteFault({ remote, ssh }: FaultyRemote, exitCode: number, said: string, direction: Direction = 'push'): UserError {
  const text = withoutNoise(ssh, said);
  const fault = transferFault(exitCode, text);
  const told = isOfSsh(fault)
    ? sshErrors[fault]({ remote, target: ssh?.target ?? targetBySettings(remote), text })
    : errorTexts[fault](remote, direction, exitCode, ssh);
  const tail = lastLines(text, 6);
  return new UserError({ ...told, ...(tail ? { tail } : {}) });
}

/** What was said, without what every login there prints: that explains nothing. */
export const withoutNoise = (ssh: Ssh | undefined, text: string): string =>
  ssh && ssh.noise.size > 0
    ? text
        .split('\n')
        .filter((line) => !ssh.noise.has(line.trim()))
        .join('\n')
    : text;

const isOfSsh = (fault: TransferFault): fault is SshFault => fault in sshErrors;

/** Where ssh was not asked what it makes of them. */
const targetBySettings = ({ host, port = 22, user = '' }: Remote): SshTarget => ({
  host,
  port,
  user,
  keyName: port === 22 ? host : `[${host}]:${port}`,
  knownHosts: [],
  globalKnownHosts: [],
  identities: [],
  jump: undefined,
});

const errorTexts: Readonly<
  Record<Exclude<TransferFault, SshFault>, (remote: Remote, direction: Direction, exitCode: number, ssh?: Ssh) => ErrorText>
> = {
  'no-rsync': (remote) => ({
    code: 'E_RSYNC_MISSING_THERE',
    found: `\`${remote.name}\` has no rsync`,
    needed: 'rsync on both ends',
    fix: `\`ssh ${loginWords(remote)} sudo apt-get install -y rsync\`\nwithout it: \`--set remotes.${remote.name}.transfer=auto\``,
  }),
  'rsync-options': () => ({
    code: 'E_RSYNC_OLD',
    found: 'one of the two rsyncs does not know an option',
    needed: 'GNU rsync, openrsync, or rsync 2.6.9',
    fix: '`brew install rsync` on a Mac\nelsewhere: the package of the distribution',
  }),
  full: ({ name, path }, direction) => ({
    code: direction === 'push' ? 'E_REMOTE_FULL' : 'E_DISK_FULL',
    found: direction === 'push' ? `\`${name}\` has no space left in \`${path}\`` : 'no space left here',
    fix: 'free some and run the same command again: what has arrived is kept',
  }),
  'read-only': ({ name, path }) => ({
    code: 'E_REMOTE_READ_ONLY',
    found: `\`${path}\` on \`${name}\` is read-only`,
    fix: `mount it for writing\nor set another \`remotes.${name}.path\``,
  }),
  'no-folder': ({ name, path }) => ({
    code: 'E_REMOTE_PATH',
    found: `on \`${name}\` there is a file where \`${path}\` needs a folder, or the other way round`,
    fix: 'move aside what is named below, then run the same command again',
  }),
  denied: (remote, direction) => ({
    code: direction === 'push' ? 'E_REMOTE_DENIED' : 'E_SOURCE_UNREADABLE',
    found: `\`${remote.name}\` does not let us ${direction === 'push' ? 'write' : 'read'} all of \`${remote.path}\``,
    fix: `give this login access to \`${remote.path}\` there\nor set another \`remotes.${remote.name}.path\``,
  }),
  noise: (remote, _, __, ssh) => ({
    code: 'E_REMOTE_SHELL',
    found: `the login shell of \`${remote.name}\` prints something before it runs a command`,
    needed: 'a silent shell: what it prints comes among the answers of our commands',
    fix: `\`ssh ${loginWords(remote)} true\` shows it; move it behind a test for an interactive shell ${inStartupFile(ssh?.loginShell)}`,
  }),
  link: ({ name }, _, exitCode) => ({
    code: 'E_LINK',
    found: `the link to \`${name}\` broke (exit code ${exitCode})`,
    fix: 'run the same command again: what has arrived is kept',
  }),
  partial: () => ({
    code: 'E_PARTIAL',
    found: 'some files did not travel; they are named below',
    fix: 'fix what is named, then run the same command again',
  }),
  vanished: () => ({
    code: 'E_CHANGED_WHILE_SENT',
    found: 'files vanished while they were sent',
    fix: 'let the writer finish, then run the same command again',
  }),
  other: (remote, _, exitCode) => ({
    code: 'E_TRANSFER',
    found: `the transfer with \`${remoteAddress(remote)}\` failed (exit code ${exitCode})`,
    fix: 'run the same command with `--verbose`',
  }),
};

/** A line of rsync's about a file that it could not read: GNU's name the side in front. */
const unreadable = /^[^"]{0,80}?(?:opendir|readlink_stat|link_stat|send_files failed to open|read errors mapping)[ (]"([^"]+)"/;
const reason = /(?:Permission denied|Input\/output error)(?: \(\d+\))?\s*$/;

/**
 * What rsync could not read at the source, by name; `undefined` where it failed for something else.
 * @param remote where the source is on the other side
 */
export function unreadableSource(exitCode: number, text: string, remote?: Remote): UserError | undefined {
  if (exitCode !== 23) return undefined;
  const names = text.split('\n').flatMap((line) => (reason.test(line.slice(-80)) ? (unreadable.exec(line)?.[1] ?? []) : []));
  const [first] = names;
  if (first === undefined) return undefined;
  return new UserError({
    code: 'E_SOURCE_UNREADABLE',
    found: `\`${oneLine(shownName(unescapeName(first.slice(0, 20_000))))}\`${names.length > 1 ? ` and ${names.length - 1} more` : ''}${remote ? ` on \`${remote.name}\`` : ''} cannot be read`,
    needed: 'a source that can be read as a whole',
    fix: `make it readable${remote ? ' for this login there' : ''}\nto leave it out: \`--exclude\``,
  });
}
