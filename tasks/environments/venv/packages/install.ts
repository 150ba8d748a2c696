import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import { normalizeName } from '../../../common/package-name';
import type { Context } from '../../../engine/context';
import { statePath } from '../../../engine/state';
import type { Progress } from '../../../engine/step';
import { pythonIn } from '../../prefix/prefix';
import { withFullDisk } from '../../python/full-disk';
import type { Found } from '../../python/interpreter/probe';
import { cutoffOf, fetching, outside } from '../../python/outside';
import type { Uv } from '../../python/uv';
import { type EnvironmentDefinition, targetOf } from '../definition';
import { commandError } from '../faults';
import { fetchError } from '../fetch-fault';
import type { PackageDifference } from './compare';
import { followInstall } from './follow-install';
import { orFromCache } from './from-cache';
import type { Damage } from './installed';

type Tell = (progress: Progress) => void;

/** Makes an empty environment in a folder that is there, beside what lies in it. @throws UserError */
export async function createEnvironment(
  context: Context,
  definition: EnvironmentDefinition,
  folder: string,
  python: Found,
  uv: Uv | undefined,
): Promise<void> {
  const { host } = context;
  if (!uv && !python.interpreter.hasVenv) throw noVenv(definition, python);
  const [command, args] = uv
    ? [uv.command, ['venv', '--quiet', '--no-project', '--allow-existing', '--python', python.interpreter.realPath, folder]]
    : [python.command, [...python.args, '-m', 'venv', folder]];
  const result = await host.processes.run(command, args, outside(context));
  if (result.exitCode !== 0) throw commandError('making the environment', result, definition);
}

/**
 * Installs a whole lock, and removes what it does not name.
 * @param repair what is wrong with the packages that are there; absent in an empty environment
 * @throws UserError E_HASH_MISMATCH, E_REGISTRY_UNREACHABLE, E_DISK_FULL and the others of faults.ts
 */
export async function installLock(
  context: Context,
  definition: EnvironmentDefinition,
  folder: string,
  uv: Uv | undefined,
  count: number,
  tell: Tell,
  repair?: { difference?: PackageDifference; damaged: readonly Damage[] },
): Promise<void> {
  const python = pythonIn(context.host, folder);
  const damaged = repair?.damaged.map(({ name }) => name) ?? [];
  const lock = path.resolve(context.root, definition.lock);
  if (uv) {
    const again = damaged.map((name) => `--reinstall-package=${name}`);
    const args = ['pip', 'sync', '--python', python, '--require-hashes', ...again];
    return orFromCache(context, (options) => run(context, definition, uv.command, [...args, ...options, lock], count, tell));
  }
  const pip = ['-m', 'pip'];
  const install = [
    ...pip,
    'install',
    '--no-deps',
    '--require-hashes',
    '--no-compile',
    '--no-warn-script-location',
    '--progress-bar',
    'off',
  ];
  const remove = [...(repair?.difference?.extra.map(({ name }) => name) ?? [])];
  if (remove.length > 0) await run(context, definition, python, [...pip, 'uninstall', '--yes', '--quiet', '--', ...remove], count, tell);
  if (damaged.length > 0) {
    const part = statePath(context.root, 'damaged.txt');
    context.host.files.writeText(part, partOf(context.host.files.readText(lock) ?? '', damaged));
    await run(context, definition, python, [...install, '--force-reinstall', '-r', part], count, tell);
    context.host.files.remove(part);
  }
  await run(context, definition, python, [...install, '-r', lock], count, tell);
}

/** The entries of a lock for some packages alone. */
export function partOf(lock: string, names: readonly string[]): string {
  const entries = lock.split(/^(?=[A-Za-z0-9])/m).slice(lock.startsWith('#') ? 1 : 0);
  const nameOf = (entry: string) => normalizeName(/^[\w.-]+/.exec(entry)?.[0] ?? '');
  return entries.filter((entry) => names.includes(nameOf(entry))).join('');
}

async function run(
  context: Context,
  definition: EnvironmentDefinition,
  command: string,
  args: readonly string[],
  count: number,
  tell: Tell,
): Promise<void> {
  const follow = followInstall(context, args.includes('-m') ? 'pip' : 'uv', count, tell);
  const how = fetching(context);
  const { host } = context;
  const result = await host.processes
    .run(command, args, { ...how, env: { ...how.env, UV_PYTHON_DOWNLOADS: 'never' }, onLine: follow.onLine })
    .finally(follow.stop);
  if (result.exitCode === 0) return;
  const error = await fetchError(context, 'installing the packages', result, definition, cutoffOf(context));
  const caches = [host.env.UV_CACHE_DIR, host.home].filter((place): place is string => Boolean(place));
  throw await withFullDisk(context, error, [targetOf(context, definition), ...caches]);
}

function noVenv({ pythonVersion }: EnvironmentDefinition, { interpreter }: Found): UserError {
  return new UserError({
    code: 'E_VENV_MODULE',
    found: `\`${interpreter.realPath}\` comes without \`venv\` and \`ensurepip\`, and uv is not there`,
    needed: 'one of them, to make an environment',
    fix: `install uv, or the missing part (\`apt install python${pythonVersion}-venv\` on Debian)`,
  });
}
