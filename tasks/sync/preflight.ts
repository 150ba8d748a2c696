import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { type Looked, parseLook } from '../parse/look';
import { atLeast, parseRsyncVersion, type RsyncVersion } from '../parse/rsync-output';
import { remoteFault } from './faults';
import type { Direction } from './folders';
import type { Listing } from './listing';
import { type Remote, whereOf } from './remote';
import { lookScript } from './scripts';
import { type Shell, shellOn } from './shell';
import type { Ssh } from './ssh';

/** A remote that can be worked with, and what was seen of it. */
export interface There {
  remote: Remote;
  shell: Shell;
  /** `undefined` for a volume of this machine. */
  ssh: Ssh | undefined;
  /** The project's folder there, absolute. */
  path: string;
  home: string;
  /** The same with links resolved, where it is there; else the nearest folder above. */
  real: string;
  /** `undefined` where it has none. */
  rsync: RsyncVersion | undefined;
  rsyncHere: RsyncVersion | undefined;
  /** `rsync`, `scp`, or the kind of a store. */
  transfer: string;
  /** Who moves the bytes, with its version on either side. */
  mover: string;
  /** What a store has of each folder, by the folder's name. */
  listings?: ReadonlyMap<string, Listing>;
  /** `undefined` where df does not tell. */
  freeBytes: number | undefined;
  /** Seconds that its clock is ahead of ours; the time of the answer is in it. */
  clockAhead: number;
  writable: boolean;
  /** A push is at work, or was cut off. */
  locked: boolean;
  items: Looked['items'];
}

/**
 * One connection and one command answer everything: reachable, host key, login, rsync on both ends, the
 * folder, the space and the clock. Writes nothing.
 * @throws UserError by the fault: E_SSH_…, E_RSYNC_…, E_REMOTE_…
 */
export async function lookByShell(
  context: Context,
  remote: Remote,
  ssh: Ssh | undefined,
  folders: readonly string[],
  direction: Direction,
): Promise<There> {
  const { host, root } = context;
  const shell = shellOn(context, ssh);
  const [here, answer] = await Promise.all([
    host.processes
      .run('rsync', ['--version'], { cwd: root })
      .then(({ exitCode, stdout }) => (exitCode === 0 ? parseRsyncVersion(stdout) : undefined)),
    shell.run(lookScript, [remote.path, ...folders], { timeoutMs: 40_000 }),
  ]);
  const now = host.now().getTime() / 1000;
  const looked = parseLook(answer.stdout);
  if (!looked)
    throw remoteFault(
      remote,
      answer.timedOut ? 255 : answer.exitCode === 0 ? 255 : answer.exitCode,
      answer.timedOut ? 'timed out' : missingSsh(answer.tail),
    );
  if (looked.noisy && ssh)
    throw remoteFault(remote, 2, `is your shell clean?\n${answer.stdout.slice(0, answer.stdout.indexOf('just-lora-begin')).trim()}`);
  const { values, items } = looked;
  const there = {
    remote,
    shell,
    ssh,
    path: values.get('path') ?? remote.path,
    home: values.get('home') ?? '',
    real: values.get('real') ?? '',
    rsync: values.get('has_rsync') ? parseRsyncVersion(values.get('rsync') ?? '') : undefined,
    rsyncHere: here,
    freeBytes: /^\d+$/.test(values.get('free_kb') ?? '') ? Number(values.get('free_kb')) * 1024 : undefined,
    clockAhead: Number(values.get('now')) - now,
    writable: values.get('writable') === 'yes',
    locked: values.get('lock') === 'yes',
    items,
  };
  const transfer = chooseTransfer(there);
  if (transfer === 'rsync' && ssh && there.path.includes(' ') && !(here?.flavour === 'gnu' && atLeast(here.version, 3, 2, 4)))
    throw new UserError({
      code: 'E_RSYNC_OLD',
      found: `this machine's rsync (${here?.text}) cannot send to \`${there.path}\`: it has a space`,
      needed: 'GNU rsync 3.2.4 or newer',
      fix: `\`brew install rsync\`, or another \`remotes.${remote.name}.path\``,
    });
  if (values.get('folder') !== 'yes')
    throw new UserError({
      code: 'E_REMOTE_PATH',
      found: `\`${values.get('nearest')}\` on \`${remote.name}\` is no folder`,
      needed: `a folder at \`${there.path}\``,
      fix: `set another \`remotes.${remote.name}.path\``,
    });
  if (!ssh && !host.files.stat(path.dirname(there.path)))
    throw new UserError({
      code: 'E_NOT_MOUNTED',
      found: `\`${path.dirname(there.path)}\` is not there`,
      needed: 'the mounted volume',
      fix: `mount it, or set another \`remotes.${remote.name}.path\``,
    });
  const closed = direction === 'push' ? (there.writable ? [...items].find(([, { writable }]) => !writable)?.[0] : '.') : undefined;
  if (closed !== undefined) throw notWritable(remote, path.posix.join(there.path, closed), values.get('nearest') ?? '');
  const scp = `scp${remote.transfer === 'auto' ? ', since it has no rsync' : ''}`;
  return { ...there, transfer, mover: transfer === 'scp' ? scp : `rsync ${here?.text} here, ${there.rsync?.text} there` };
}

function chooseTransfer({ remote, ssh, rsync, rsyncHere }: Pick<There, 'remote' | 'ssh' | 'rsync' | 'rsyncHere'>): 'rsync' | 'scp' {
  if (ssh && remote.transfer === 'scp') return 'scp';
  if (rsync && rsyncHere) return 'rsync';
  if (ssh && remote.transfer === 'auto') return 'scp';
  if (rsyncHere) throw remoteFault(remote, 127, '');
  throw new UserError({
    code: 'E_RSYNC_MISSING_HERE',
    found: 'this machine has no rsync',
    fix: `\`sudo apt-get install -y rsync\` or \`brew install rsync\`, or set \`remotes.${remote.name}.transfer: auto\``,
  });
}

const notWritable = ({ name }: Remote, folder: string, nearest: string): UserError =>
  new UserError({
    code: 'E_REMOTE_READ_ONLY',
    found: `\`${folder}\` on \`${name}\` cannot be written${nearest && !folder.startsWith(nearest) ? ` (\`${nearest}\`)` : ''}`,
    needed: 'a folder that this login may write',
    fix: `give this login write access there, or set another \`remotes.${name}.path\``,
  });

const missingSsh = (tail: string): string =>
  /ENOENT/.test(tail) ? 'ssh: the program is not installed here (`sudo apt-get install -y openssh-client`)' : tail;

/** What was seen, as one sentence. */
export function thereText({ remote, mover, freeBytes, clockAhead }: There, size: (bytes: number) => string): string {
  const clock = Math.abs(clockAhead) < 2 ? '' : `, clock ${Math.abs(Math.round(clockAhead))} s ${clockAhead > 0 ? 'ahead' : 'behind'}`;
  return `\`${whereOf(remote)}\` answers; ${mover}${freeBytes === undefined ? '' : `, ${size(freeBytes)} free`}${clock}`;
}
