import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import type { PythonEnvironment } from '../../settings/schema/definition';

/**
 * One Python environment of a project: what it is made of and where it goes. Everything in this folder
 * works on such a definition, whichever environment it is. To have another one, write a function that
 * makes its definition from the settings and hand it to `environmentStep` and `lockStep` (step.ts,
 * lock-step.ts); `bringEnvironment` (bring.ts) is the work alone.
 */
export interface EnvironmentDefinition extends PythonEnvironment {
  /** The task that brings it, as in `npx just env:local`: messages name it. */
  task: string;
  /** The task that makes its lock, as in `npx just env:local:lock`. */
  lockTask: string;
  /** Minor version, for example `3.10`. */
  pythonVersion: string;
  /** What the lock is made for: `--universal`, or `--python-platform` with a platform. */
  compileFor: readonly string[];
  /** Locks whose environments share the place of this one, its own too, each with a short name: the others are kept beside it. */
  variants?: Readonly<Record<string, string>>;
}

/** The environment of the data work. */
export function localEnvironment({ settings }: Context): EnvironmentDefinition {
  const { environments, python } = settings.setup;
  return {
    ...environments.local,
    task: 'env:local',
    lockTask: 'env:local:lock',
    pythonVersion: python.version,
    compileFor: ['--universal'],
  };
}

/** The folder that the environment really goes to: a link leads to another volume, and is kept. */
export function targetOf({ root, host }: Context, { path: setting }: EnvironmentDefinition): string {
  const folder = absolute({ root, host }, setting);
  return host.files.lstat(folder)?.isSymbolicLink() ? (host.files.linkTarget(folder) ?? folder) : folder;
}
