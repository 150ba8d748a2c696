import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../../tasks/common/errors';
import type { Context } from '../../tasks/engine/context';
import type { Direction } from '../../tasks/sync/compare/folders';
import { chosenRemote } from '../../tasks/sync/remotes/chosen-remote';
import { kindNamed } from '../../tasks/sync/remotes/remote-type';
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
  fix?: string;
  warning?: string;
  tail?: string;
  table?: string[][];
  // biome-ignore lint/suspicious/noExplicitAny: tests read what a step adds to the document as it is
  data?: any;
}

/** The same project and settings, asked otherwise. */
export const asked = (context: Context, options: Record<string, string>, forced = false): Context => ({
  ...context,
  option: (name) => options[name],
  optionValues: (name) => (options[name] === undefined ? [] : [options[name]]),
  optionNames: () => Object.keys(options),
  forced: () => forced,
});

/** A push or a pull to its end, in this process: look, act, look again. @param looks only the first look */
export async function synced(context: Context, direction: Direction, looks = false): Promise<Ending> {
  try {
    const session = openSession(context, direction);
    await session.there();
    const step = syncStep(session);
    const first = await step.check(context, 'full');
    if (first.state !== 'todo' || looks) return { code: '', ...first };
    for (const action of (await step.plan?.(context, first.seen)) ?? []) await action.run(context, () => undefined);
    return { code: '', ...(await step.check(context, 'full')) };
  } catch (error) {
    if (error instanceof UserError) return { state: 'failed', ...error.fault };
    throw error;
  }
}

/** What a person is told by a look at the remote; code `none` where it can be worked with. */
export async function lookedAt(
  context: Context,
  direction: Direction = 'push',
): Promise<{ code: string; found: string; fix: string; tail: string }> {
  const nothing = { code: 'none', found: '', fix: '', tail: '' };
  try {
    const remote = chosenRemote(context);
    await kindNamed(remote.type).lookAt(context, remote, [], direction);
    return nothing;
  } catch (error) {
    if (error instanceof UserError) return { ...nothing, ...error.fault };
    throw error;
  }
}

/** A machine that runs the same script whatever it is asked for. */
export async function scene(): Promise<{ sshd: Sshd; context: Context; play(script: string): void }> {
  const folder = temporaryFolder('jl-scene');
  const file = path.join(folder, 'scene');
  const sshd = await startSshd({ more: `ForceCommand sh ${file}` });
  const setup = { remotes: { gpu: { host: 'box', ssh_config: sshd.config, path: '/srv/project' } }, sync: { retries: 0 } };
  return { sshd, context: inHome(contextWith(setup)), play: (script) => fs.writeFileSync(file, script) };
}
