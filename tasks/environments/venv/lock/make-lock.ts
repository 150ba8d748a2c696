import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import { some } from '../../../common/format';
import type { Context } from '../../../engine/context';
import { makeStateFolder, statePath } from '../../../engine/state';
import { cutoffOf, fetching } from '../../python/outside';
import type { Uv } from '../../python/uv';
import type { EnvironmentDefinition } from '../definition';
import { fetchError } from '../fetch-fault';
import { isCondaFile, requirementsText } from '../requirements';
import { toolsFor, uvFor } from '../tools';
import { headerOf, type Locked, parseLock } from './lock-file';
import { cutoffName, lockHeader, lockInputs } from './lock-state';

/**
 * Makes the lock with uv. Versions of the lock before are kept where the requirements still allow them,
 * and it is replaced only by a whole one. A cutoff, that of this machine or else the one in the head of the lock, leaves out what is
 * newer, and is written into its head.
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
  makeStateFolder(host, root);
  const before = host.files.readText(lock);
  const preferred = before !== undefined && isReadable(before) && !upgrade ? before : undefined;
  const noted = before !== undefined && !upgrade ? headerOf(before, cutoffName) : undefined;
  const cutoff = cutoffOf(context) ?? (noted ? { value: noted, from: `the head of \`${definition.lock}\`` } : undefined);
  const begin = () => (preferred === undefined ? host.files.remove(temporary) : host.files.writeText(temporary, preferred));
  begin();
  try {
    const python = search.python ?? search.any;
    const list = requirementsFile(context, definition);
    const args = [
      ...compileArgs(root, definition, list, Object.keys(inputs)),
      ...(python ? ['--python', python.interpreter.realPath] : []),
      '--output-file',
    ];
    const how = fetching(context, cutoff?.value);
    const compile = (env: Record<string, string | undefined>) => host.processes.run(uv.command, [...args, temporary], { ...how, env });
    const result = await compile(how.env);
    if (result.exitCode !== 0) throw lockError(definition, await fetchError(context, 'making the lock', result, definition, cutoff));
    const named = (text: string, file: string, name: string) =>
      text.replaceAll(` ${path.relative(how.cwd, path.resolve(root, file))}\n`, ` ${name}\n`);
    const { requirements, constraints, overrides } = definition;
    const files = [[list, requirements], ...[requirements, constraints, overrides].map((file) => [file, file])] as [string, string][];
    const body = files.reduce((text, [file, name]) => named(text, file, name), host.files.readText(temporary) ?? '');
    const packages = parseLock(body);
    host.files.writeText(lock, `${lockHeader(inputs, definition, cutoff?.value)}${body}`);
    if (!cutoff) return;
    begin();
    const free = await compile({ ...how.env, UV_EXCLUDE_NEWER: undefined });
    const older = free.exitCode === 0 ? olderThan(packages, parseLock(host.files.readText(temporary) ?? '')) : [];
    const said = older.length > 0 ? `older for it: ${some(older)}` : 'no package is older for it';
    host.processes.onNote?.(`note: \`${definition.lock}\` leaves out what came after ${cutoff.value}, as ${cutoff.from} says; ${said}`);
  } finally {
    host.files.remove(temporary);
  }
}

/** Packages that would be newer without a cutoff: `alpha 1.0 (2.0 is there)`. */
function olderThan(packages: readonly Locked[], free: readonly Locked[]): string[] {
  const newest = new Map(free.map((one) => [one.name, one.version]));
  return packages.flatMap(({ name, version }) => {
    const there = newest.get(name);
    return there && there !== version ? [`${name} ${version} (${there} is there)`] : [];
  });
}

/** The requirements as uv reads them: from an environment file they are written out. */
function requirementsFile(context: Context, definition: EnvironmentDefinition): string {
  if (!isCondaFile(definition.requirements)) return path.resolve(context.root, definition.requirements);
  const file = statePath(context.root, 'requirements.txt');
  context.host.files.writeText(file, requirementsText(context, definition) ?? '');
  return file;
}

/**
 * The command line of `uv pip compile`, which is started outside of the project: no address of this machine gets into the
 * lock, and paths are written as the settings have them.
 */
function compileArgs(root: string, definition: EnvironmentDefinition, requirements: string, there: readonly string[]): string[] {
  const { constraints, overrides, compileFor, pythonVersion } = definition;
  return [
    ...['pip', 'compile', '--quiet', '--no-header', '--no-emit-index-url', '--no-emit-find-links', '--generate-hashes'],
    ...compileFor,
    ...['--python-version', pythonVersion, requirements],
    ...(there.includes(constraints) ? ['--constraints', path.resolve(root, constraints)] : []),
    ...(there.includes(overrides) ? ['--overrides', path.resolve(root, overrides)] : []),
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
