import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { statePath } from '../../../engine/state';
import type { Progress } from '../../../engine/step';
import { pythonIn } from '../../prefix/prefix';
import { versionsIn } from '../../prefix/site-packages';
import { activated } from '../../python/interpreter/activated';
import { cutoffOf, fetching } from '../../python/outside';
import { findUv } from '../../python/uv';
import type { EnvironmentDefinition } from '../../venv/definition';
import { isUvAlone } from '../../venv/faults';
import { fetchError } from '../../venv/fetch-fault';
import type { Locked } from '../../venv/lock/lock-file';
import { followInstall } from '../../venv/packages/follow-install';
import { orFromCache } from '../../venv/packages/from-cache';
import { partOf } from '../../venv/packages/install';

/**
 * Brings pip's half into an environment of conda's: exactly the versions and hashes of the lock, nothing that they ask for
 * besides, so that nothing of conda's is replaced. Packages that a person added stay.
 * @param again packages that are there and damaged
 * @throws UserError of venv/faults.ts
 */
export async function installPipHalf(
  context: Context,
  definition: EnvironmentDefinition,
  prefix: string,
  wanted: readonly Locked[],
  again: readonly string[],
  tell: (progress: Progress) => void,
): Promise<void> {
  if (wanted.length === 0) return;
  const { host, root } = context;
  const lock = host.files.readText(path.resolve(root, definition.lock)) ?? '';
  const list = statePath(root, 'conda', 'pip.txt');
  host.files.writeText(
    list,
    partOf(
      lock,
      wanted.map(({ name }) => name),
    ),
  );
  const python = pythonIn(context.host, prefix);
  const uv = context.settings.setup.python.installer === 'pip' ? undefined : await findUv(context);
  const damaged = again.filter((name) => wanted.some((one) => one.name === name));
  const rest = ['--no-deps', '--require-hashes', '-r', list];
  const how = fetching(context);
  const { PATH, CONDA_PREFIX } = activated(host, prefix);
  const run = async (command: string, args: readonly string[]) => {
    const follow = followInstall(context, command === python ? 'pip' : 'uv', wanted.length, tell);
    const result = await host.processes
      .run(command, args, { ...how, env: { ...how.env, PATH, CONDA_PREFIX, UV_PYTHON_DOWNLOADS: 'never' }, onLine: follow.onLine })
      .finally(follow.stop);
    if (result.exitCode !== 0) throw await fetchError(context, "installing pip's half", result, definition, cutoffOf(context));
  };
  if (uv) {
    try {
      const again = damaged.map((name) => `--reinstall-package=${name}`);
      const install = ['pip', 'install', '--python', python, ...again, ...rest];
      return await orFromCache(context, (options) => run(uv.command, [...install, ...options]));
    } catch (error) {
      const hasPip = versionsIn(host, prefix).has('pip');
      if (!isUvAlone(error) || context.settings.setup.python.installer !== 'auto' || !hasPip) throw error;
      host.processes.onNote?.(`note: uv does not work here, pip goes on (${error.fault.found})`);
    }
  }
  const pip = ['-m', 'pip', 'install', '--no-warn-script-location', '--progress-bar', 'off'];
  if (damaged.length > 0) {
    const part = statePath(root, 'conda', 'damaged.txt');
    host.files.writeText(part, partOf(lock, damaged));
    await run(python, [...pip, '--force-reinstall', '--no-deps', '--require-hashes', '-r', part]);
  }
  await run(python, [...pip, ...rest]);
}
