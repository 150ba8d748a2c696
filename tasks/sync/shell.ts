import type { Context } from '../core/context';
import type { RunResult } from '../core/host/processes';
import type { Ssh } from './ssh';

/** A POSIX shell on the other side, which may be a mounted volume of this one. */
export interface Shell {
  run(script: string, lines: readonly string[], options?: { rest?: string; timeoutMs?: number }): Promise<RunResult>;
}

/**
 * @param ssh `undefined` for a volume of this machine
 * @returns a shell whose scripts are constants; lines and the rest, byte strings, go to its stdin
 */
export function shellOn({ host, root }: Context, ssh: Ssh | undefined): Shell {
  return {
    run(script, lines, { rest = '', timeoutMs = 120_000 } = {}) {
      const input = Buffer.from(lines.map((line) => `${line}\n`).join('') + rest, 'latin1');
      const options = { cwd: root, input, timeoutMs, guarded: true, encoding: 'latin1', env: { LC_ALL: 'C' } } as const;
      return ssh
        ? host.processes.run('ssh', ['-T', ...ssh.options, '--', ssh.host, `sh -c '${script}'`], options)
        : host.processes.run('sh', ['-c', script], options);
    },
  };
}

/** A store has no shell. */
export const refusingShell: Shell = { run: () => Promise.reject(new Error('a store has no shell')) };
