import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { temporaryFolder } from './project';
import { startWatched } from './watch';

/** A real sshd on loopback with keys and a home of its own; nothing of the machine's is touched. */
export interface Sshd {
  folder: string;
  port: number;
  home: string;
  /** What the project's ssh is configured with: `ssh_config` of the remote. */
  config: string;
  identity: string;
  knownHosts: string;
  stop(): void;
}

const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/libexec/sshd'].find((file) => fs.existsSync(file));

/** Why no sshd can be started here; `undefined` where one can. */
export const noSshd = program ? undefined : 'no sshd: install openssh-server';

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Waits until something answers on a port of loopback. @throws Error after ten seconds */
export async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on port ${port}`);
}

const keyFile = (file: string): string => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file, '-C', path.basename(file)]);
  return file;
};

/**
 * @param options.path the PATH of the commands that run there, for machines without rsync or with another one
 * @param options.env further variables of those commands
 */
export async function startSshd(
  options: { path?: string; more?: string; name?: string; env?: Record<string, string> } = {},
): Promise<Sshd> {
  if (!program) throw new Error(noSshd);
  const folder = temporaryFolder(options.name ?? 'jl-sshd');
  const home = path.join(folder, 'home');
  fs.mkdirSync(home, { mode: 0o700 });
  const hostKey = keyFile(path.join(folder, 'host_key'));
  const identity = keyFile(path.join(folder, 'client_key'));
  fs.copyFileSync(`${identity}.pub`, path.join(folder, 'authorized_keys'));
  fs.chmodSync(path.join(folder, 'authorized_keys'), 0o600);
  const port = await freePort();
  fs.writeFileSync(
    path.join(folder, 'sshd_config'),
    [
      // Of a word that comes twice the first counts.
      ...(options.more ? [options.more] : []),
      `ListenAddress 127.0.0.1`,
      `Port ${port}`,
      `HostKey ${hostKey}`,
      `PidFile ${path.join(folder, 'sshd.pid')}`,
      `AuthorizedKeysFile ${path.join(folder, 'authorized_keys')}`,
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'MaxStartups 100:30:200',
      'MaxSessions 100',
      'Subsystem sftp internal-sftp',
      `SetEnv ${Object.entries({ HOME: home, ...(options.path ? { PATH: options.path } : {}), ...options.env })
        .map((pair) => pair.join('='))
        .join(' ')}`,
      '',
    ].join('\n'),
  );
  const knownHosts = path.join(folder, 'known_hosts');
  const config = path.join(folder, 'ssh_config');
  fs.writeFileSync(
    config,
    `Host box\n  HostName 127.0.0.1\n  Port ${port}\n  IdentityFile ${identity}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile /dev/null\n`,
  );
  if (process.getuid?.() === 0) fs.mkdirSync('/run/sshd', { recursive: true });
  const log = fs.openSync(path.join(folder, 'sshd.log'), 'w');
  const { stop } = startWatched(program, ['-D', '-e', '-f', path.join(folder, 'sshd_config')], log);
  await listening(port);
  return { folder, port, home, config, identity, knownHosts, stop };
}
