import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../../tasks/common/errors';
import type { Context } from '../../tasks/engine/context';
import type { Direction } from '../../tasks/sync/compare/folders';
import { openSession } from '../../tasks/sync/session/open-session';
import { syncStep } from '../../tasks/sync/sync-step';
import { contextWith } from './context';
import { temporaryFolder } from './project';
import { type Sshd, startSshd } from './sshd';

/** A machine whose programs a test can replace: what lies in `bin` comes first on its PATH. */
export interface Machine {
  sshd: Sshd;
  bin: string;
  /** The project's folder there. */
  there: string;
  /** Puts a program into `bin`; takes it away where there is no text. */
  program(name: string, text?: string): void;
  /** A project that is synced with it. */
  project(remote?: object, setup?: object, options?: Record<string, string>): Context;
}

export async function machine(): Promise<Machine> {
  const bin = temporaryFolder('jl-bin');
  const sshd = await startSshd({ path: `${bin}:/usr/local/bin:/usr/bin:/bin` });
  const there = path.join(sshd.folder, 'machine', 'project');
  fs.mkdirSync(there, { recursive: true });
  return {
    sshd,
    bin,
    there,
    program(name, text) {
      const file = path.join(bin, name);
      if (text === undefined) fs.rmSync(file, { force: true });
      else fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    },
    project: (remote = {}, setup = {}, options = {}) =>
      inHome(
        contextWith(
          {
            remotes: { gpu: { host: 'box', ssh_config: sshd.config, path: there, ...remote } },
            sync: { push: ['data'], pull: ['adapters'], retries: 0 },
            ...setup,
          },
          options,
        ),
      ),
  };
}

/** A short home folder of its own: the sockets of ssh lie in it. */
export function inHome(context: Context): Context {
  const home = temporaryFolder('jl');
  return { ...context, host: { ...context.host, home, env: { ...context.host.env, HOME: home, XDG_RUNTIME_DIR: '' } } };
}

/** How a push or a pull ended. */
export interface Ending {
  state: string;
  code: string;
  found: string;
}

/** A push or a pull to its end, in this process: look, act, look again. */
export async function synced(context: Context, direction: Direction): Promise<Ending> {
  try {
    const session = openSession(context, direction);
    await session.there();
    const step = syncStep(session);
    const first = await step.check(context, 'full');
    if (first.state !== 'todo') return { code: '', ...first };
    for (const action of (await step.plan?.(context, first.seen)) ?? []) await action.run(context, () => undefined);
    return { code: '', ...(await step.check(context, 'full')) };
  } catch (error) {
    if (error instanceof UserError) return { state: 'failed', ...error.fault };
    throw error;
  }
}
