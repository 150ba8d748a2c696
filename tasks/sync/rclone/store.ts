import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { scratchFolder } from '../../engine/scratch';
import { calledAlike, installCommand } from '../../platform/install-command';
import type { RunOptions } from '../../platform/processes/run';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { checksumAnswer, heard, type Limits, longAnswer, refusePart, shortAnswer } from '../answers/answer';
import { logErrors, parseLsjson, rcloneFault, statsBytes } from '../answers/rclone-output';
import type { Remote } from '../remotes/remote';
import type { Copying, Store } from '../session/store';
import { rcloneEnvironment } from './environment';
import { rcloneError } from './faults';

/** Ends in seconds where nobody answers, never asks, and says what it does in JSON. */
const always = ['--use-json-log', '--ask-password=false', '--contimeout', '10s', '--timeout', '30s', '--low-level-retries', '3'];

/** Files at once: a store answers after tens of milliseconds, and rclone's own four leave a line idle where files are small. */
const transfers = '8';

/** What `--links` puts behind the name of a link. */
const linkEnding = '.rclonelink';

/** The program rclone as a store. @throws UserError E_RCLONE_… */
export function rcloneStore(context: Context, remote: Remote): Store {
  const { host, root } = context;
  // Documents of Google have no size and no bytes to fetch.
  const env = {
    ...rcloneEnvironment(host, remote),
    RCLONE_DRIVE_SKIP_GDOCS: 'true',
    RCLONE_TRANSFERS: host.env['RCLONE_TRANSFERS'] ?? transfers,
  };
  const there = (...below: string[]): string =>
    // The project's folder, or one in it, as rclone names it.
    `${remote.host ? `${remote.host}:` : ''}${[remote.path.replace(/\/+$/, ''), ...below].join('/')}`;
  const rclone = async (args: readonly string[], more: Pick<RunOptions, 'input' | 'onLine' | 'keep'> & Partial<Limits>) => {
    const options = { cwd: root, program: 'rclone', env, guarded: true, ...more } as const;
    const result = await host.processes.run('rclone', [...always, ...args], options);
    // Of what moves files the end is enough.
    if (more.keep !== 'end') refusePart(remote, result);
    return result;
  };
  const run = async (args: readonly string[], more: Parameters<typeof rclone>[1]) => {
    const { exitCode, stderr } = await rclone(args, more);
    if (exitCode !== 0) throw rcloneError(remote, logErrors(stderr));
  };
  let told: Promise<Record<string, unknown>> | undefined;
  /** What the remote can do: asked once. */
  const abilities = () => {
    told ??= rclone(['backend', 'features', there()], shortAnswer).then(
      ({ exitCode, stdout }) => fieldsOf(exitCode === 0 ? tryParse(stdout) : undefined) ?? {},
    );
    return told;
  };
  const features = async () => fieldsOf((await abilities())['Features']) ?? {};
  /** A list of names for rclone, gone when the work is done. */
  const withList = async <T>(names: readonly string[], work: (file: string) => Promise<T>): Promise<T> => {
    const folder = await scratchFolder(host, 'list');
    try {
      const file = `${folder}/names`;
      host.files.writeText(file, names.map((name) => `${name}\n`).join(''));
      return await work(file);
    } finally {
      host.files.remove(folder);
    }
  };
  /** For a remote without times the precision is a hundred years (rclone's ModTimeNotSupported). */
  const keepsTimes = async () => !(Number((await abilities())['Precision']) > 3e18);
  /** @param how `--download` reads every byte on both sides */
  const check = (here: string, folder: string, files: readonly string[], how: readonly string[]) =>
    withList(files, async (file) => {
      const list = ['--files-from-raw', file, '--one-way', '--combined', '-', '--retries', '1'];
      const { exitCode, stdout, stderr } = await rclone(
        ['check', '--copy-links', ...list, ...how, '--', here, there(folder)],
        checksumAnswer,
      );
      const lines = stdout.split('\n').filter((line) => /^[=*+!-] /.test(line));
      // Its exit code is 1 where something differs, which is an answer; one that could not be read is none.
      if (exitCode !== 0 && (lines.length === 0 || lines.some((line) => line.startsWith('! '))))
        throw rcloneError(remote, logErrors(stderr));
      return {
        same: lines.filter((line) => line.startsWith('= ')).map((line) => line.slice(2)),
        bySizeAlone: /No common hash found|hashes could not be checked/.test(stderr),
      };
    });
  const copy = (from: string, to: string, files: readonly string[], { anew, tell }: Copying) =>
    withList(files, async (file) => {
      // What differs is known: rclone itself would go by the size where there are no times.
      const more = anew || !(await keepsTimes()) ? ['--ignore-times'] : [];
      // Said each second, and nothing of each file.
      const stats = ['--stats', '1s', '--stats-log-level', 'NOTICE'];
      // What is named is a file, or a link whose content is to travel.
      await run(['copy', '--copy-links', '--files-from-raw', file, '--retries', '2', ...stats, ...more, '--', from, to], {
        keep: 'end',
        onLine: (line) => {
          const bytes = statsBytes(line);
          if (bytes !== undefined) tell(bytes);
        },
      });
    });

  return {
    async transportLabel() {
      const { exitCode, stdout } = await host.processes.run('rclone', ['version'], { cwd: root, ...shortAnswer });
      if (exitCode === 0) return `rclone ${/^rclone ([\w.+-]{1,40})/.exec(stdout)?.[1] ?? ''}`.trim();
      throw new UserError({
        code: 'E_RCLONE_MISSING',
        found: 'this machine has no rclone',
        fix: installCommand(host, { ...calledAlike('rclone'), winget: 'Rclone.Rclone' }, 'rclone'),
      });
    },

    async list(folder) {
      const [args, place] = folder === '' ? [['--max-depth', '1'], there()] : [['-R', '--files-only'], there(folder)];
      const { exitCode, stdout, stderr } = await rclone(['lsjson', ...args, '--retries', '1', '--', place], longAnswer);
      if (exitCode === 0) return heard(remote, () => parseLsjson(stdout));
      const text = logErrors(stderr);
      if (rcloneFault(text) !== 'missing') throw rcloneError(remote, text);
      return new Map();
    },

    async links(folder) {
      // Only of its own disk does rclone tell links, under names with an ending.
      if ((await features())['IsLocal'] !== true) return [];
      const { exitCode, stdout } = await rclone(
        ['lsjson', '-R', '--files-only', '--links', '--retries', '1', '--', there(folder)],
        longAnswer,
      );
      const names = exitCode === 0 ? [...heard(remote, () => parseLsjson(stdout)).keys()] : [];
      return names.flatMap((name) => (name.endsWith(linkEnding) ? [name.slice(0, -linkEnding.length)] : []));
    },
    async tellsChecksums() {
      const { Hashes } = await abilities();
      return Hashes === undefined || (Array.isArray(Hashes) && Hashes.length > 0);
    },

    foldsNames: async () => (await features())['CaseInsensitive'] === true,

    send: (here, folder, files, how) => copy(here, there(folder), files, how),
    fetch: (folder, here, files, how) => copy(there(folder), here, files, how),
    remove: (folder, files) =>
      withList(files, (file) => run(['delete', '--files-from-raw', file, '--retries', '2', '--', there(folder)], longAnswer)),

    async same(here, folder, files) {
      const { same, bySizeAlone } = await check(here, folder, files, []);
      // A file without a checksum on either side was taken for the same by its size.
      return new Set(bySizeAlone && same.length > 0 ? (await check(here, folder, same, ['--download'])).same : same);
    },

    async read(file) {
      const { exitCode, stdout } = await rclone(['cat', '--retries', '1', '--', there('.just-lora', file)], longAnswer);
      return exitCode === 0 ? stdout : '';
    },
    write: (file, text) => run(['rcat', '--', there('.just-lora', file)], { input: text, ...longAnswer }),
    async forget(patterns) {
      const chosen = patterns.flatMap((pattern) => ['--include', `/${pattern}`]);
      // One that is not there is no error.
      await rclone(['delete', ...chosen, '--retries', '1', '--', there('.just-lora', 'manifests')], longAnswer);
    },
  };
}
