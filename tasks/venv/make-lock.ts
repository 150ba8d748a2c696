import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { makeState, statePath } from '../core/state';
import { parseLock } from '../parse/lock';
import { installerEnvironment } from '../python/clean-environment';
import type { Uv } from '../python/uv';
import type { EnvironmentDefinition } from './definition';
import { commandError } from './faults';
import { lockHeader, lockInputs } from './lock-state';
import { isCondaFile, requirementsText } from './requirements';
import { toolsFor, uvFor } from './tools';

/**
 * Makes the lock with uv. Versions of the lock before are kept where the requirements still allow them,
 * and it is replaced only by a whole one.
 * @param upgrade take the newest version of everything
 * @throws UserError E_UV_UNAVAILABLE, E_LOCK_UNSOLVABLE, E_REGISTRY_UNREACHABLE
 */
export async function makeLock(context: Context, definition: EnvironmentDefinition, upgrade = false): Promise<void> {
  const { host, root } = context;
  const uv = (await uvFor(context, definition, true)) as Uv;
  const { search } = await toolsFor(context, definition);
  const inputs = lockInputs(context, definition);
  const lock = path.resolve(root, definition.lock);
  const temporary = statePath(root, 'lock.tmp');
  makeState(host, root);
  const before = host.files.readText(lock);
  if (before !== undefined && isReadable(before) && !upgrade) host.files.writeText(temporary, before);
  else host.files.remove(temporary);
  try {
    const python = search.python ?? search.any;
    const list = requirementsFile(context, definition);
    const args = [
      ...compileArgs({ ...definition, requirements: list }, Object.keys(inputs)),
      ...(python ? ['--python', python.interpreter.realPath] : []),
      '--output-file',
    ];
    const result = await host.processes.run(uv.command, [...args, temporary], {
      cwd: root,
      program: 'installer',
      env: installerEnvironment(host),
    });
    if (result.exitCode !== 0) throw lockError(definition, commandError('making the lock', result, definition));
    const body = (host.files.readText(temporary) ?? '').replaceAll(`-r ${list}`, `-r ${definition.requirements}`);
    parseLock(body);
    host.files.writeText(lock, `${lockHeader(inputs, definition)}${body}`);
  } finally {
    host.files.remove(temporary);
  }
}

/** The requirements as uv reads them: from an environment file they are written out. */
function requirementsFile(context: Context, definition: EnvironmentDefinition): string {
  if (!isCondaFile(definition.requirements)) return definition.requirements;
  const file = statePath(context.root, 'requirements.txt');
  context.host.files.writeText(file, requirementsText(context, definition) ?? '');
  return path.relative(context.root, file);
}

/** The command line of `uv pip compile`; no address and no path of this machine gets into the lock. */
export function compileArgs(definition: EnvironmentDefinition, there: readonly string[]): string[] {
  const { requirements, constraints, overrides, compileFor, pythonVersion } = definition;
  return [
    ...['pip', 'compile', '--quiet', '--no-header', '--no-emit-index-url', '--no-emit-find-links', '--generate-hashes'],
    ...compileFor,
    ...['--python-version', pythonVersion, requirements],
    ...(there.includes(constraints) ? ['--constraints', constraints] : []),
    ...(there.includes(overrides) ? ['--overrides', overrides] : []),
  ];
}

function lockError({ requirements }: EnvironmentDefinition, error: UserError): UserError {
  if (error.fault.code !== 'E_PACKAGE_NOT_FOUND') return error;
  return new UserError({
    ...error.fault,
    code: 'E_LOCK_UNSOLVABLE',
    found: `no set of versions fits \`${requirements}\` and its constraints`,
    fix: `correct the line of \`${requirements}\` that is named above, then run the same command again`,
  });
}

function isReadable(text: string): boolean {
  try {
    return parseLock(text).length > 0;
  } catch {
    return false;
  }
}
