import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { logErrors, parseLsjson, rcloneFault, statsBytes } from '../parse/rclone-output';
import { byteName } from '../parse/shown-name';
import type { Change } from './change';
import { type Direction, type Folder, ownExcludes } from './folders';
import { arrive, incomingFolder } from './incoming';
import { chosen, compareListings, type Listing, listHere, refuseNames } from './listing';
import type { There } from './preflight';
import { type Remote, whereOf } from './remote';
import type { Filters } from './rsync-args';
import { refusingShell } from './shell';
import { sidesOf } from './sides';
import { countHere, statesHere } from './states';
import type { Transport } from './transport';

/** Ends in seconds where nobody answers, never asks, and says what it does in JSON. */
const always = ['--use-json-log', '--ask-password=false', '--contimeout', '10s', '--timeout', '30s', '--low-level-retries', '3'];

const utf8 = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');

/** The project's folder, or one in it, as rclone names it. */
const target = ({ host, path: folder }: Remote, ...below: string[]): string =>
  `${host ? `${host}:` : ''}${[folder.replace(/\/+$/, ''), ...below].join('/')}`;

function rclone({ host, root }: Context, args: readonly string[], more: { input?: string; onLine?: (line: string) => void } = {}) {
  return host.processes.run('rclone', [...always, ...args], { cwd: root, guarded: true, ...more });
}

/**
 * The look at a store: it answers, and what it has of each folder. Writes nothing.
 * @throws UserError E_RCLONE_…
 */
export async function lookByRclone(context: Context, remote: Remote, folders: readonly string[]): Promise<There> {
  const version = await context.host.processes.run('rclone', ['version'], { cwd: context.root });
  if (version.exitCode !== 0)
    throw new UserError({
      code: 'E_RCLONE_MISSING',
      found: 'this machine has no rclone',
      fix: '`sudo apt-get install -y rclone` or `brew install rclone`',
    });
  const listings = new Map<string, Listing>();
  const items: There['items'] = new Map(
    await Promise.all(
      (folders.length > 0 ? folders : ['']).map(
        async (folder): Promise<[string, { kind: 'folder' | 'file' | 'missing'; writable: boolean }]> => {
          const listing = await list(context, remote, folder === '' ? undefined : utf8(folder));
          listings.set(utf8(folder), listing);
          const base = path.posix.basename(folder);
          const kind = listing.size === 0 ? 'missing' : listing.size === 1 && listing.has(base) ? 'file' : 'folder';
          return [folder, { kind, writable: true }];
        },
      ),
    ),
  );
  return {
    remote,
    shell: refusingShell,
    ssh: undefined,
    path: remote.path,
    home: '',
    real: remote.path,
    rsync: undefined,
    rsyncHere: undefined,
    transfer: 'rclone',
    rclone: /rclone (\S+)/.exec(version.stdout)?.[1] ?? '',
    freeBytes: undefined,
    clockAhead: 0,
    writable: true,
    locked: false,
    items,
    listings,
  };
}

/** All files below a folder; a missing one has none, which many stores cannot tell from an empty one. */
async function list(context: Context, remote: Remote, folder: string | undefined): Promise<Listing> {
  const args = folder === undefined ? ['--max-depth', '1'] : ['-R', '--files-only'];
  const { exitCode, stdout, stderr } = await rclone(context, [
    'lsjson',
    ...args,
    '--retries',
    '1',
    '--',
    target(remote, ...(folder === undefined ? [] : [folder])),
  ]);
  if (exitCode !== 0) {
    const text = logErrors(stderr);
    if (rcloneFault(text) !== 'missing') throw fault(remote, text);
    return new Map();
  }
  return new Map(parseLsjson(stdout).map(({ name, size, modifiedMs }) => [byteName(name), { size, modifiedMs }]));
}

function fault(remote: Remote, text: string): UserError {
  const at = whereOf(remote);
  const tail = text.split('\n').slice(-5).join('\n');
  const tellers: Record<ReturnType<typeof rcloneFault>, [code: string, found: string, fix: string]> = {
    'no-remote': [
      'E_RCLONE_REMOTE',
      `rclone knows no remote \`${remote.host || remote.path.split(':')[0]}\``,
      '`rclone config` makes one, or the variables `RCLONE_CONFIG_NAME_TYPE` and so on',
    ],
    login: [
      'E_RCLONE_LOGIN',
      `\`${at}\` does not accept these credentials`,
      '`rclone config reconnect`, or the variables `RCLONE_CONFIG_NAME_…` with the right ones',
    ],
    'no-bucket': ['E_RCLONE_BUCKET', `there is no bucket for \`${at}\``, `make it, or correct \`remotes.${remote.name}.path\``],
    missing: ['E_SOURCE_MISSING', `\`${at}\` does not have it`, `look with \`npx just sync:status --remote=${remote.name}\``],
    full: ['E_REMOTE_FULL', `\`${at}\` has no space left`, 'free some, then run the same command again'],
    unreachable: [
      'E_RCLONE_UNREACHABLE',
      `\`${at}\` does not answer`,
      'check the network and the endpoint, then run the same command again',
    ],
    other: ['E_RCLONE', `rclone failed with \`${at}\``, 'run the same command with `--verbose`'],
  };
  const [code, found, fix] = tellers[rcloneFault(text)];
  return new UserError({ code, found, fix, ...(tail ? { tail } : {}) });
}

/** S3, Drive and whatever rclone knows. What differs is ours to say, and exactly that is copied. */
export function rcloneTransport(
  context: Context,
  there: There,
  direction: Direction,
  filters: Pick<Filters, 'include' | 'exclude'>,
): Transport {
  const { host, root } = context;
  const { remote } = there;
  const sides = (folder: Folder) => sidesOf(context, there, folder, direction);
  const baseOf = (folder: Folder) => (sides(folder).file === undefined ? folder.name : path.posix.dirname(folder.name));
  const far = (folder: Folder): Listing =>
    new Map([...(there.listings?.get(folder.name) ?? [])].filter(([name]) => chosen(folder, filters, name)));
  const run = async (args: readonly string[], onLine?: (line: string) => void) => {
    const result = await rclone(context, args, onLine ? { onLine } : {});
    if (result.exitCode !== 0) throw fault(remote, logErrors(result.stderr));
    return result;
  };
  /** A list of names for rclone, gone when the work is done. */
  const withList = async <T>(names: readonly string[], work: (file: string) => Promise<T>): Promise<T> => {
    const folder = host.files.temporaryFolder('just-lora-list-');
    try {
      const file = path.join(folder, 'names');
      host.files.writeText(file, names.map((name) => `${utf8(name)}\n`).join(''));
      return await work(file);
    } finally {
      host.files.remove(folder);
    }
  };
  const sameByHash =
    (base: string) =>
    (names: readonly string[]): Promise<ReadonlySet<string>> =>
      names.length === 0
        ? Promise.resolve(new Set())
        : withList(names, async (file) => {
            const args = [
              'check',
              path.join(root, base),
              target(remote, base),
              '--files-from-raw',
              file,
              '--one-way',
              '--combined',
              '-',
              '--retries',
              '1',
            ];
            const { exitCode, stdout, stderr } = await rclone(context, args);
            const lines = stdout.split('\n').filter((line) => /^[=*+!-] /.test(line));
            // Its exit code is 1 where something differs, which is an answer.
            if (exitCode !== 0 && lines.length === 0) throw fault(remote, logErrors(stderr));
            return new Set(lines.filter((line) => line.startsWith('= ')).map((line) => byteName(line.slice(2))));
          });

  return {
    async compare(folder, { deletions, checksum }) {
      const base = baseOf(folder);
      const { files, excluded, skipped } = listHere(context, folder, filters);
      const [source, other] = direction === 'push' ? [files, far(folder)] : [far(folder), files];
      refuseNames('rclone', base, [...source.keys()]);
      const { changes } = await compareListings(base, source, other, deletions, sameByHash(base));
      if (!checksum) return { changes, excluded, skipped };
      const known = new Set(changes.map(({ name }) => name));
      const both = [...source.keys()].filter((name) => other.has(name) && !known.has(name));
      const same = await sameByHash(base)(both);
      const differ = both
        .filter((name) => !same.has(name))
        .map((name): Change => ({ action: 'changed', kind: 'file', folder: base, name, bytes: source.get(name)?.size ?? 0 }));
      return { changes: [...changes, ...differ], excluded, skipped };
    },

    async transfer(folder, changes, { checksum, tell }) {
      const base = baseOf(folder);
      const here = path.join(root, base);
      const stage = incomingFolder(here);
      if (direction === 'pull') host.files.makeFolder(stage);
      const [from, to] = direction === 'push' ? [here, target(remote, base)] : [target(remote, base), stage];
      await withList(
        changes.map(({ name }) => name),
        async (file) =>
          run(
            ['copy', from, to, '--files-from-raw', file, '--retries', '2', '--stats', '1s', '-v', ...(checksum ? ['--ignore-times'] : [])],
            (line) => {
              const bytes = statsBytes(line);
              if (bytes !== undefined) tell(bytes);
            },
          ),
      );
      if (direction === 'pull') arrive(context, changes, stage, here);
    },

    async remove(folder, changes) {
      const base = baseOf(folder);
      if (direction === 'pull') {
        for (const { name } of changes) host.tree.removeFile(path.join(root, base), name);
        return;
      }
      await withList(
        changes.map(({ name }) => name),
        (file) => run(['delete', target(remote, base), '--files-from-raw', file, '--retries', '2']),
      );
    },

    async newer(folder, changed) {
      const [files, other] = [listHere(context, folder, filters).files, far(folder)];
      const [source, receiving] = direction === 'push' ? [files, other] : [other, files];
      return new Set(
        changed
          .map(({ name }) => name)
          .filter((name) => (receiving.get(name)?.modifiedMs ?? 0) > (source.get(name)?.modifiedMs ?? 0) + 1000),
      );
    },

    count: async (folder, side) =>
      side === 'here'
        ? countHere(context, sides(folder).here)
        : [...(there.listings?.get(folder.name)?.keys() ?? [])].filter(
            (name) => !ownExcludes.includes(path.posix.basename(name) as '.gitkeep'),
          ).length,
    names: async (folder) => [...listHere(context, folder, filters).files.keys()],

    async readState(name) {
      const { exitCode, stdout } = await rclone(context, ['cat', target(remote, '.just-lora', name), '--retries', '1']);
      return exitCode === 0 ? byteName(stdout) : '';
    },

    async writeState(name, text) {
      const { exitCode, stderr } = await rclone(context, ['rcat', target(remote, '.just-lora', name)], { input: utf8(text) });
      if (exitCode !== 0) throw fault(remote, logErrors(stderr));
    },

    async removeState(patterns) {
      // One that is not there is no error.
      const args = [
        'delete',
        target(remote, '.just-lora', 'manifests'),
        ...patterns.flatMap((pattern) => ['--include', `/${pattern}`]),
        '--retries',
        '1',
      ];
      if (patterns.length > 0) await rclone(context, args);
    },

    async states(folder, side) {
      if (side === 'here') return statesHere(context, folder);
      // Looked at anew: the plan is about now.
      const now = await list(context, remote, folder.name);
      return Object.fromEntries([...now].map(([name, { size, modifiedMs }]) => [utf8(name), `${size} ${modifiedMs}`]));
    },
  };
}
