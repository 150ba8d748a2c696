import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Context } from '../../tasks/engine/context';
import type { Machine } from '../../tasks/machines/machine';
import { shellOn } from '../../tasks/sync/posix/shell';
import { sshFor } from '../../tasks/sync/posix/ssh/ssh';
import { remoteNamed } from '../../tasks/sync/remotes/chosen-remote';
import { temporaryFolder } from './project';
import { noSshd } from './sshd';
import { afterwards, startWatched } from './watch';

/** A machine of a test: a host in a network namespace, in a mount namespace of its own, that has no Node but what the test gives it. */
export interface TestMachine {
  /** Its entry under `remotes:`. */
  entry: Record<string, string>;
  /** Its home folder, as it lies here; one on a filesystem of its own is seen from inside alone. */
  home: string;
  /** The folder of the machine, as it lies here. */
  folder: string;
  /** This machine's address on its link. */
  gateway: string;
  /** Runs a command there as a login would, without a login shell. @returns what it prints */
  run(command: string): string;
  /** Ends every process there with SIGKILL, but for the server that logins reach. */
  kill(): void;
  /** The link to it: `ip link set`. */
  link(state: 'up' | 'down'): void;
}

interface Wanted {
  /** Programs that it does not have, beside `node`. */
  without?: readonly string[];
  /** A login that is not root's. */
  user?: string;
  /** Options of a filesystem of its own for the home folder. */
  home?: string;
  /** A shell script of root's, run inside before the server starts; the home folder is `$1`. */
  prepare?: string;
  /** Folders in front of PATH. */
  path?: string;
  /** Variables of every login, by this machine's address on its link. */
  env?: (gateway: string) => Readonly<Record<string, string>>;
}

/** Where a machine has the file system of this one too, as one disk: what its own home folder hides lies there. */
export const diskThere = '/mnt/disk';

/** Where the Node that runs the tests lies on each machine: nothing looks there, `prepare` gives it a place. */
export const nodeThere = '/mnt/node';

/** Why there are no such machines here; `undefined` where there can be. */
export const noMachines = noSshd ?? (process.getuid?.() !== 0 ? 'machines of their own need root' : isolated());

function isolated(): string | undefined {
  const name = `jlm${process.pid % 100_000}t`;
  const { status, stderr, error } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (status !== 0) return `no network namespaces: ${String(error ?? stderr).trim()}`;
  const mounts = spawnSync('unshare', ['--mount', '--uts', '--propagation', 'private', 'true']);
  spawnSync('ip', ['netns', 'del', name]);
  return mounts.status === 0 ? undefined : 'no mount namespaces';
}

let count = 0;

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Every place where a program of this machine lies, with what its links lead to. */
function placesOf(program: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(':').concat('/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin');
  const found = [...new Set(folders)].map((folder) => path.join(folder, program)).filter((file) => fs.existsSync(file));
  return [...new Set(found.flatMap((file) => [file, fs.realpathSync(file)]))];
}

export async function startMachine(
  name: string,
  { without = [], user = 'root', home: options, prepare = '', path: first, env = () => ({}) }: Wanted = {},
): Promise<TestMachine> {
  const folder = temporaryFolder('jl-machine');
  const home = path.join(folder, 'home');
  const tag = `jlm${process.pid % 100_000}${String.fromCharCode(97 + count)}`;
  // Seven machines a process, and no other process has their addresses.
  const number = (process.pid * 7 + count++) % 40_000;
  const [outer, net] = [`${tag}o`, `10.${60 + Math.floor(number / 250)}.${number % 250}`];
  fs.chmodSync(folder, 0o755);
  fs.mkdirSync(home, { mode: 0o755 });
  for (const key of ['host_key', 'client_key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(folder, key), '-C', key]);
  fs.writeFileSync(path.join(folder, 'passwd'), `${fs.readFileSync('/etc/passwd', 'utf8')}me:*:4242:4242::/home/me:/bin/bash\n`);
  const inside = user === 'root' ? '/root' : `/home/${user}`;
  const server = [
    `ListenAddress ${net}.2`,
    `HostKey ${path.join(folder, 'host_key')}`,
    'PidFile none',
    `AuthorizedKeysFile ${path.join(folder, 'client_key.pub')}`,
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'MaxSessions 100',
    'MaxStartups 100:30:200',
    'Subsystem sftp internal-sftp',
    `SetEnv ${[['PATH', `${first ? `${first}:` : ''}/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`], ...Object.entries(env(`${net}.1`))].map(([variable, value]) => `"${variable}=${value}"`).join(' ')}`,
  ];
  fs.writeFileSync(path.join(folder, 'sshd_config'), `${server.join('\n')}\n`);
  const config = path.join(folder, 'ssh_config');
  fs.writeFileSync(
    config,
    `Host ${name}\n  HostName ${net}.2\n  User ${user}\n  IdentityFile ${path.join(folder, 'client_key')}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${path.join(folder, 'known_hosts')}\n  GlobalKnownHostsFile /dev/null\n`,
  );
  ip('netns', 'add', tag);
  afterwards('for p in $(ip netns pids "$1"); do kill -9 "$p"; done; ip netns del "$1"; ip link del "$2" 2>/dev/null', tag, outer);
  ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', tag);
  ip('addr', 'add', `${net}.1/24`, 'dev', outer);
  ip('link', 'set', outer, 'up');
  ip('-n', tag, 'addr', 'add', `${net}.2/24`, 'dev', 'eth0');
  ip('-n', tag, 'link', 'set', 'eth0', 'up');
  ip('-n', tag, 'link', 'set', 'lo', 'up');
  const hidden = ['node', 'nodejs', 'npm', 'npx', ...without].flatMap(placesOf);
  const script = [
    `hostname ${name}`,
    `mount -t tmpfs tmpfs /mnt && touch ${nodeThere} && mount --bind '${fs.realpathSync(process.execPath)}' ${nodeThere}`,
    `mkdir ${diskThere} && mount --rbind / ${diskThere}`,
    ...hidden.map((file) => `mount --bind /dev/null '${file}'`),
    `mount --bind '${path.join(folder, 'passwd')}' /etc/passwd`,
    ...(options ? [`mount -t tmpfs -o ${options} tmpfs '${home}'`] : []),
    ...(user === 'root' ? [] : [`mount -t tmpfs tmpfs /home && mkdir '${inside}'`, `chown 4242:4242 '${home}'`]),
    `mount --bind '${home}' '${inside}'`,
    ...(options?.includes('noexec') ? [`mount -o remount,bind,noexec '${inside}'`] : []),
    prepare,
    `exec /usr/sbin/sshd -D -e -f '${path.join(folder, 'sshd_config')}'`,
  ];
  fs.mkdirSync('/run/sshd', { recursive: true });
  fs.writeFileSync(path.join(folder, 'start'), `set -e\n${script.join('\n')}\n`);
  const log = fs.openSync(path.join(folder, 'log'), 'w');
  const command = [
    'netns',
    'exec',
    tag,
    'unshare',
    '--mount',
    '--uts',
    '--propagation',
    'private',
    'sh',
    path.join(folder, 'start'),
    inside,
  ];
  startWatched('ip', command, log);
  const ssh = ['-F', config, '-o', 'StrictHostKeyChecking=accept-new', '-o', 'LogLevel=ERROR', name];
  for (let tries = 0; spawnSync('ssh', [...ssh, 'true']).status !== 0; tries++) {
    if (tries > 50) throw new Error(`no machine: ${fs.readFileSync(path.join(folder, 'log'), 'utf8')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    entry: { type: 'ssh', host: name, path: '~/project', ssh_config: config },
    home,
    folder,
    gateway: `${net}.1`,
    run: (text) => execFileSync('ssh', [...ssh, text], { encoding: 'utf8' }),
    kill() {
      const script =
        'for p in $(ip netns pids "$1"); do case "$(cat "/proc/$p/comm" 2>/dev/null)" in sshd|unshare|"") ;; *) kill -9 "$p" 2>/dev/null;; esac; done';
      spawnSync('sh', ['-c', script, 'kill', tag]);
    },
    link: (state) => ip('-n', tag, 'link', 'set', 'eth0', state),
  };
}

/** The machine that a name of the settings means. */
export async function machineOf(context: Context, name: string): Promise<Machine> {
  const remote = remoteNamed(context, name);
  return { remote, shell: shellOn(context, await sshFor(context, remote)) };
}
