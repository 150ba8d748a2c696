import type { Context } from '../../engine/context';
import type { RunResult } from '../../platform/processes/processes';
import { type Limits, shortAnswer } from '../answers/answer';
import { commandsFor } from './scripts/by-stdin';
import { guardLine, readElsewhere } from './scripts/project-script';
import type { Ssh } from './ssh/connection';

/** A POSIX shell on the other side, which may be a mounted volume of this one. */
export interface Shell {
  /** How ssh is called for it; `undefined` for a volume of this machine. */
  readonly ssh: Ssh | undefined;
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
    ssh,
    async run(script, lines, { rest = '', limits } = {}) {
      const text = [guardLine, ...lines].map((line) => `${line}\n`).join('');
      const input = Buffer.concat([Buffer.from(text, 'utf8'), Buffer.from(rest, 'latin1')]);
      const options = { cwd: root, ...shortAnswer, ...limits, guarded: true, encoding: 'latin1', env: { LC_ALL: 'C' } } as const;
      if (!ssh) return host.processes.run('sh', ['-c', script], { ...options, input });
      const over = (command: string, sent: string | Buffer) =>
        host.processes.run('ssh', ['-T', ...ssh.options, '--', ssh.host, command], { ...options, program: 'ssh', input: sent });
      if (!ssh.elsewhere) {
        const answer = await over(`sh -c '${script}'`, input);
        if (!readElsewhere(answer)) return answer;
        ssh.elsewhere = true;
      }
      return over('sh', commandsFor(script, input));
    },
  };
}
