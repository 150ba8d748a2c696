import type { Context } from '../../core/context';
import { UserError } from '../../core/errors';
import { logErrors, parseLsjson, rcloneFault, statsBytes } from '../../parse/rclone-output';
import type { Remote } from '../remote';
import type { Copying, Store } from '../store';
import { rcloneEnvironment } from './environment';
import { fault } from './faults';

/** Ends in seconds where nobody answers, never asks, and says what it does in JSON. */
const always = ['--use-json-log', '--ask-password=false', '--contimeout', '10s', '--timeout', '30s', '--low-level-retries', '3'];

/** The program rclone as a store. @throws UserError E_RCLONE_… */
export function rcloneStore(context: Context, remote: Remote): Store {
  const { host, root } = context;
  const env = rcloneEnvironment(host, remote);
  const there = (...below: string[]): string =>
    // The project's folder, or one in it, as rclone names it.
    `${remote.host ? `${remote.host}:` : ''}${[remote.path.replace(/\/+$/, ''), ...below].join('/')}`;
  const rclone = (args: readonly string[], more: { input?: string; keep?: 'end'; onLine?: (line: string) => void } = {}) =>
    host.processes.run('rclone', [...always, ...args], { cwd: root, program: 'rclone', env, guarded: true, ...more });
  const run = async (args: readonly string[], more?: Parameters<typeof rclone>[1]) => {
    const result = await rclone(args, more);
    if (result.exitCode !== 0) throw fault(remote, logErrors(result.stderr));
    return result;
  };
  /** A list of names for rclone, gone when the work is done. */
  const withList = async <T>(names: readonly string[], work: (file: string) => Promise<T>): Promise<T> => {
    const folder = host.files.temporaryFolder('just-lora-list-');
    try {
      const file = `${folder}/names`;
      host.files.writeText(file, names.map((name) => `${name}\n`).join(''));
      return await work(file);
    } finally {
      host.files.remove(folder);
    }
  };
  const copy = (from: string, to: string, files: readonly string[], { anew, tell }: Copying) =>
    withList(files, async (file) => {
      const more = anew ? ['--ignore-times'] : [];
      await run(['copy', from, to, '--files-from-raw', file, '--retries', '2', '--stats', '1s', '-v', ...more], {
        keep: 'end',
        onLine: (line) => {
          const bytes = statsBytes(line);
          if (bytes !== undefined) tell(bytes);
        },
      });
    });

  return {
    async mover() {
      const { exitCode, stdout } = await host.processes.run('rclone', ['version'], { cwd: root });
      if (exitCode === 0) return `rclone ${/rclone (\S+)/.exec(stdout)?.[1] ?? ''}`;
      throw new UserError({
        code: 'E_RCLONE_MISSING',
        found: 'this machine has no rclone',
        fix: '`sudo apt-get install -y rclone`; on a Mac `brew install rclone`',
      });
    },

    async list(folder) {
      const [args, place] = folder === '' ? [['--max-depth', '1'], there()] : [['-R', '--files-only'], there(folder)];
      const { exitCode, stdout, stderr } = await rclone(['lsjson', ...args, '--retries', '1', '--', place]);
      if (exitCode === 0) return new Map(parseLsjson(stdout).map(({ name, ...stored }) => [name, stored]));
      const text = logErrors(stderr);
      if (rcloneFault(text) !== 'missing') throw fault(remote, text);
      return new Map();
    },

    send: (here, folder, files, how) => copy(here, there(folder), files, how),
    fetch: (folder, here, files, how) => copy(there(folder), here, files, how),
    remove: (folder, files) =>
      withList(files, async (file) => void (await run(['delete', there(folder), '--files-from-raw', file, '--retries', '2']))),

    same: (here, folder, files) =>
      withList(files, async (file) => {
        const list = ['--files-from-raw', file, '--one-way', '--combined', '-', '--retries', '1'];
        const { exitCode, stdout, stderr } = await rclone(['check', here, there(folder), ...list]);
        const lines = stdout.split('\n').filter((line) => /^[=*+!-] /.test(line));
        // Its exit code is 1 where something differs, which is an answer.
        if (exitCode !== 0 && lines.length === 0) throw fault(remote, logErrors(stderr));
        return new Set(lines.filter((line) => line.startsWith('= ')).map((line) => line.slice(2)));
      }),

    async read(file) {
      const { exitCode, stdout } = await rclone(['cat', there('.just-lora', file), '--retries', '1']);
      return exitCode === 0 ? stdout : '';
    },
    write: async (file, text) => void (await run(['rcat', there('.just-lora', file)], { input: text })),
    async forget(patterns) {
      const chosen = patterns.flatMap((pattern) => ['--include', `/${pattern}`]);
      // One that is not there is no error.
      await rclone(['delete', there('.just-lora', 'manifests'), ...chosen, '--retries', '1']);
    },
  };
}
