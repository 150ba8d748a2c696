import type { Context } from '../../engine/context';
import type { RunResult } from '../../platform/processes/processes';
import { type Limits, shortAnswer } from '../answers/answer';
import type { Ssh } from './ssh';

/** A POSIX shell on the other side, which may be a mounted volume of this one. */
export interface Shell {
  /**
   * Runs a script, which is a constant.
   * @param lines text for its stdin, a line each
   * @param options.rest what follows there, a byte string
   * @param options.limits by default those of a {@link shortAnswer}
   * @returns output as byte strings
   */
  run(script: string, lines: readonly string[], options?: { rest?: string; limits?: Partial<Limits> }): Promise<RunResult>;
}

/** @param ssh `undefined` for a volume of this machine */
export function shellOn({ host, root }: Context, ssh: Ssh | undefined): Shell {
  return {
    run(script, lines, { rest = '', limits } = {}) {
      const input = Buffer.concat([Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8'), Buffer.from(rest, 'latin1')]);
      const options = { cwd: root, input, ...shortAnswer, ...limits, guarded: true, encoding: 'latin1', env: { LC_ALL: 'C' } } as const;
      return ssh
        ? host.processes.run('ssh', ['-T', ...ssh.options, '--', ssh.host, `sh -c '${script}'`], { ...options, program: 'ssh' })
        : host.processes.run('sh', ['-c', script], options);
    },
  };
}
