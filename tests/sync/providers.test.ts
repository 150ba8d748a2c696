import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { pair } from '../support/sync';
import { lookedAt, scene } from '../support/sync-here';

const test = suite('what other sides say instead of running a command');

/** What is printed, on which stream, with which exit code: RunPod's proxy, cloud-init, OpenSSH, PAM, nologin, cmd.exe and PowerShell. */
const scenes: readonly (readonly [code: string, fix: RegExp, said: string])[] = [
  ['E_REMOTE_PROXY', /SSH over exposed TCP/, `echo "Error: Your SSH client doesn't support PTY"; exit 1`],
  ['E_REMOTE_PROXY', /direct address/, 'echo "exec request failed on channel 0" >&2; exit 255'],
  ['E_REMOTE_USER', /remotes\.gpu\.user: ubuntu/, `echo 'Please login as the user "ubuntu" rather than the user "root".'; echo; exit 142`],
  ['E_REMOTE_USER', /remotes\.gpu\.user: ec2-user/, `echo 'Please login as the user "ec2-user" rather than the user "root".'; exit 0`],
  ['E_REMOTE_NO_SHELL', /remotes\.gpu\.user/, 'echo "This account is currently not available."; exit 1'],
  ['E_REMOTE_NO_SHELL', /chsh/, 'exit 1'],
  ['E_REMOTE_NO_SHELL', /chsh/, 'exit 0'],
  [
    'E_REMOTE_PASSWORD',
    /ssh -t .*box/,
    'printf "WARNING: Your password has expired.\\nPassword change required but no TTY available.\\n" >&2; exit 1',
  ],
  ['E_REMOTE_SFTP_ONLY', /type: rclone/, 'echo "This service allows sftp connections only."; exit 1'],
  [
    'E_REMOTE_WINDOWS',
    /WSL/,
    `printf "'sh' is not recognized as an internal or external command,\\r\\noperable program or batch file.\\r\\n" >&2; exit 1`,
  ],
  [
    'E_REMOTE_WINDOWS',
    /WSL/,
    `printf "sh : The term 'sh' is not recognized as the name of a cmdlet, function, script file, or operable program.\\r\\n    + FullyQualifiedErrorId : CommandNotFoundException\\r\\n" >&2; exit 1`,
  ],
  [
    'E_REMOTE_WINDOWS',
    /WSL/,
    `printf 'Der Befehl "sh" ist entweder falsch geschrieben oder\\r\\nkonnte nicht gefunden werden.\\r\\n' >&2; exit 1`,
  ],
  [
    'E_REMOTE_WINDOWS',
    /WSL/,
    `printf '"sh" non \\350 riconosciuto come comando interno o esterno,\\r\\n un programma eseguibile o un file batch.\\r\\n' >&2; exit 1`,
  ],
  ['E_REMOTE_SHELL', /no_auto_tmux/, 'echo "open terminal failed: not a terminal" >&2; exit 1'],
  ['E_REMOTE_PROXY', /direct address/, 'echo "error: this gateway requires a TTY" >&2; exit 1'],
  ['E_REMOTE_NO_SHELL', /remotes\.gpu\.user/, 'echo "Shell access is not enabled on your account!"; exit 1'],
  ['E_REMOTE_COMMAND', /ssh -T/, 'echo "fatal: Interactive git shell is not enabled." >&2; exit 128'],
  ['E_REMOTE_COMMAND', /ssh -T/, 'echo "bash: sh: command not found" >&2; exit 127'],
  // Our own words in what it says decide nothing.
  ['E_REMOTE_COMMAND', /ssh -T/, 'echo "Host key verification failed. Connection refused, No space left on device" >&2; exit 3'],
];

if (noSshd) skip(test, 'what other sides say', noSshd);
else {
  test('each kind of login that runs no command has a message of its own', async () => {
    const { play, context } = await scene();
    for (const [code, fix, said] of scenes) {
      play(said);
      const fault = await lookedAt(context);
      assert.is(fault.code, code, `${said}: ${fault.found}`);
      assert.match(fault.fix, fix, said);
    }
  });

  test('what it said stands under the message, in text and in JSON', async () => {
    const { project, env, configure, sshd } = await pair({ more: 'ForceCommand echo "one line of theirs" >&2; exit 5' });
    configure();
    const text = await runJust(project, ['sync:remotes'], env);
    assert.match(text.stdout, /E_REMOTE_COMMAND[\s\S]*\| one line of theirs[\s\S]*fix:/);
    const push = await runJust(project, ['sync:push'], env);
    assert.match(push.stdout + push.stderr, /\| one line of theirs/);
    const [step] = JSON.parse((await runJust(project, ['sync:remotes', '--json'], env)).stdout).steps;
    assert.equal([step.code, step.tail], ['E_REMOTE_COMMAND', 'one line of theirs']);
    fs.writeFileSync(path.join(sshd.folder, 'bad_config'), 'Host *\n  NoSuchOption yes\n');
    configure({ ssh_config: path.join(sshd.folder, 'bad_config') });
    const config = await runJust(project, ['sync:remotes'], env);
    assert.match(config.stdout, /\| .*bad_config.*NoSuchOption[\s\S]*named above/i);
  });
}

test.run();
