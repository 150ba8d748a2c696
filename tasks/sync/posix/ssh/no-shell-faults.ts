import { UserError } from '../../../common/errors';
import { lastLines, oneLine } from '../../../untrusted/text';
import { meantUser, type NoShell, noShell } from '../../answers/ssh/no-shell';
import type { Remote } from '../../remotes/remote';
import { inStartupFile } from '../startup-file';
import { type ErrorText, loginWords } from './ssh-faults';

const needed = 'a login that runs commands in a POSIX shell (`sh`), without a terminal';

const texts: Readonly<Record<NoShell, (remote: Remote, said: string, exitCode: number) => ErrorText>> = {
  terminal: ({ name }) => ({
    code: 'E_REMOTE_SHELL',
    found: `a startup file on \`${name}\` starts a program that wants a terminal (tmux, screen), and our command does not come to its turn`,
    needed: 'startup files that start nothing where no terminal is',
    fix: `move it behind a test for an interactive shell ${inStartupFile(undefined)}\non Vast.ai: \`touch ~/.no_auto_tmux\` there`,
  }),
  proxy: ({ name }) => ({
    code: 'E_REMOTE_PROXY',
    found: `\`${name}\` is a provider's ssh proxy: it opens a terminal and runs no commands, so neither rsync nor scp nor sftp work through it`,
    needed: 'an ssh server of the machine itself',
    fix: `use the machine's direct address (RunPod: "SSH over exposed TCP" on the pod's Connect page): its host and port as \`remotes.${name}.host\` and \`remotes.${name}.port\`, user \`root\``,
  }),
  user: ({ name, settingsFile }, said) => ({
    code: 'E_REMOTE_USER',
    found: `\`${name}\` expects another user name for the login: \`${meantUser(said) ?? 'the one that it names'}\``,
    needed: "the user of the machine's image",
    fix: `\`remotes.${name}.user: ${meantUser(said) ?? 'ubuntu'}\` in ${settingsFile}`,
  }),
  password: (remote) => ({
    code: 'E_REMOTE_PASSWORD',
    found: `the password of the account on \`${remote.name}\` has expired: no command runs until a new one is set`,
    needed: 'an account whose password is valid, even if you log in with a key',
    fix: `\`ssh -t ${loginWords(remote)}\` asks for a new one; then run the same command again`,
  }),
  account: ({ name }) => ({
    code: 'E_REMOTE_NO_SHELL',
    found: `the account on \`${name}\` may log in and has no shell (nologin)`,
    needed,
    fix: `another account as \`remotes.${name}.user\`\nor, by who runs the machine: \`chsh -s /bin/bash USER\` there`,
  }),
  sftp: ({ name, path }) => ({
    code: 'E_REMOTE_SFTP_ONLY',
    found: `\`${name}\` takes sftp alone and runs no commands`,
    needed,
    fix: `use rclone's sftp: \`type: rclone\` with \`path: ":sftp,host=HOST,user=USER,key_file=KEY:${path}"\` as \`remotes.${name}\`\nor another account`,
  }),
  windows: ({ name }) => ({
    code: 'E_REMOTE_WINDOWS',
    found: `\`${name}\` is a Windows machine whose login shell is cmd.exe or PowerShell`,
    needed,
    fix: `log in to WSL instead: an ssh server in it, on a port of its own, as \`remotes.${name}.port\`\nor make its shell the login shell: registry value \`HKLM:\\SOFTWARE\\OpenSSH\`, DefaultShell, \`C:\\Windows\\System32\\wsl.exe\``,
  }),
  silent: ({ name }, _, exitCode) => ({
    code: 'E_REMOTE_NO_SHELL',
    found: `the login on \`${name}\` ends silently (exit code ${exitCode}) and runs no command: its shell may be \`/bin/false\``,
    needed,
    fix: `another account as \`remotes.${name}.user\`\nor, by who runs the machine: \`chsh -s /bin/bash USER\` there`,
  }),
  other: (remote, said, exitCode) => ({
    code: 'E_REMOTE_COMMAND',
    found: `\`${remote.name}\` accepts the login and does not run our command (exit code ${exitCode}); it says: ${oneLine(said.trim().split('\n').at(-1) ?? '', 160)}`,
    needed,
    fix: `\`ssh -T ${loginWords(remote)} sh -c true\` shows it: that must print nothing and end with 0`,
  }),
};

/**
 * The login went well and our command did not run: what the other side said says why.
 * @param said all that came on both streams
 */
export function noShellFault(remote: Remote, exitCode: number, said: string): UserError {
  const tail = lastLines(said, 6);
  return new UserError({ ...texts[noShell(said)](remote, said, exitCode), ...(tail ? { tail } : {}) });
}
