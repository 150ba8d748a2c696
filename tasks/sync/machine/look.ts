import * as path from 'node:path';
import type { Context } from '../../core/context';
import { UserError } from '../../core/errors';
import { isAtLeast } from '../../parse/dotted';
import { type Looked, parseLook } from '../../parse/look';
import { parseRsyncVersion, type RsyncVersion } from '../../parse/rsync-output';
import { rsyncSince } from '../../versions/rsync';
import type { Direction } from '../folders';
import type { Remote } from '../remote';
import { remoteFault } from './faults';
import { lookScript } from './look-script';
import type { Machine } from './machine';
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
): Promise<Machine> {
  const shell = shellOn(context, ssh);
  const [rsyncHere, answer] = await Promise.all([
    rsyncOfThisMachine(context),
    shell.run(lookScript, [remote.path, ...folders], { timeoutMs: 40_000 }),
  ]);
  const now = context.host.now().getTime() / 1000;
  const { values, items } = readAnswer(remote, ssh, answer);
  const rsync = values.get('has_rsync') ? parseRsyncVersion(values.get('rsync') ?? '') : undefined;
  const folder = values.get('path') ?? remote.path;
  const transfer = chooseTransfer(remote, ssh, rsync, rsyncHere);
  refuseUnescaped(remote, folder, folders, transfer === 'rsync' && ssh ? rsyncHere : undefined);
  refusePlace(context, remote, ssh, folder, values);
  if (direction === 'push') refuseClosed(remote, folder, values, items);
  const machine: Machine = {
    remote,
    shell,
    ssh,
    path: folder,
    home: values.get('home') ?? '',
    real: values.get('real') ?? '',
    present: new Map([...items].map(([name, { presence }]) => [name, presence])),
    rsync,
    rsyncHere,
    freeBytes: /^\d+$/.test(values.get('free_kb') ?? '') ? Number(values.get('free_kb')) * 1024 : undefined,
    clockAhead: Number(values.get('now')) - now,
    locked: values.get('lock') === 'yes',
    transfer,
    mover:
      transfer === 'rsync'
        ? `rsync ${rsyncHere?.text} here, ${rsync?.text} there`
        : `scp${remote.transfer === 'auto' ? ', since it has no rsync' : ''}`,
    transport: (way, filters) =>
      transfer === 'rsync'
        ? (require('./rsync') as typeof import('./rsync')).rsyncTransport(context, machine, way, filters)
        : (require('./scp') as typeof import('./scp')).scpTransport(context, machine, way, filters),
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
  { exitCode, stdout, tail, timedOut }: { exitCode: number; stdout: string; tail: string; timedOut: boolean },
): Looked {
  const looked = parseLook(stdout);
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
    fix: `\`sudo apt-get install -y rsync\` or \`brew install rsync\`, or set \`remotes.${remote.name}.transfer: auto\``,
  });
}

/** What the shell there reads as more than a letter of a name. */
const readByShell = /[^\p{L}\p{M}\p{N}_./@%+=:,~-]/u;

/**
 * Old rsyncs hand names to the shell there as they are: it would split them, or run what is in them.
 * @param rsync the one that would send there over ssh
 */
function refuseUnescaped({ name }: Remote, project: string, folders: readonly string[], rsync: RsyncVersion | undefined): void {
  if (!rsync || (rsync.flavour === 'gnu' && isAtLeast(rsync.version, rsyncSince.escapes))) return;
  const place = [project, ...folders.map((folder) => path.posix.join(project, folder))].find((each) => readByShell.test(each));
  if (place === undefined) return;
  const [character = ''] = readByShell.exec(place) ?? [];
  throw new UserError({
    code: 'E_RSYNC_OLD',
    found: `this machine's rsync (${rsync.text}) cannot send to \`${place}\`: it has ${character === ' ' ? 'a space' : `\`${character}\``}`,
    needed: `GNU rsync ${rsyncSince.escapes} or newer`,
    fix: `\`brew install rsync\`, or another \`${place === project ? `remotes.${name}.path` : '--only'}\``,
  });
}

/** The project's folder there cannot be one. */
function refusePlace({ host }: Context, { name }: Remote, ssh: Ssh | undefined, folder: string, values: Looked['values']): void {
  if (values.get('folder') !== 'yes')
    throw new UserError({
      code: 'E_REMOTE_PATH',
      found: `\`${values.get('nearest')}\` on \`${name}\` is no folder`,
      needed: `a folder at \`${folder}\``,
      fix: `set another \`remotes.${name}.path\``,
    });
  const above = path.dirname(folder);
  if (!ssh && !host.files.stat(above))
    throw new UserError({
      code: 'E_NOT_MOUNTED',
      found: `\`${above}\` is not there`,
      needed: 'the mounted volume',
      fix: `mount it, or set another \`remotes.${name}.path\``,
    });
}

/** Something there that would be written cannot be. */
function refuseClosed({ name }: Remote, project: string, values: Looked['values'], items: Looked['items']): void {
  const closed = values.get('writable') === 'yes' ? [...items].find(([, { writable }]) => !writable)?.[0] : '.';
  if (closed === undefined) return;
  const [folder, nearest] = [path.posix.join(project, closed), values.get('nearest') ?? ''];
  throw new UserError({
    code: 'E_REMOTE_READ_ONLY',
    found: `\`${folder}\` on \`${name}\` cannot be written${nearest && !folder.startsWith(nearest) ? ` (\`${nearest}\`)` : ''}`,
    needed: 'a folder that this login may write',
    fix: `give this login write access there, or set another \`remotes.${name}.path\``,
  });
}
