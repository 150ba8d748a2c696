import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import { findPython, type Search } from '../python/interpreter/find';
import type { Found } from '../python/interpreter/probe';
import { fetching } from '../python/outside';
import { fetchUv, findUv, type Uv } from '../python/uv';
import type { EnvironmentDefinition } from './definition';
import { commandError } from './faults';

/** What there is to work with. */
export interface Tools {
  uv: Uv | undefined;
  /** uv is not there, and may and can be fetched. */
  canFetch: boolean;
  search: Search;
}

/** Looked for once in a run, by the version of Python: a search starts several programs. */
const searches: Resource<Map<string, Promise<Tools>>> = { make: () => new Map() };

/** Looks for uv and for a Python. Writes nothing. */
export function toolsFor(context: Context, { pythonVersion }: EnvironmentDefinition): Promise<Tools> {
  const known = context.resources.get(context, searches);
  const tools = known.get(pythonVersion) ?? lookForTools(context, pythonVersion);
  known.set(pythonVersion, tools);
  return tools;
}

async function lookForTools(context: Context, minor: string): Promise<Tools> {
  const uv = await findUv(context);
  const search = await findPython(context, minor, uv);
  const helper = search.python ?? search.any;
  const helps = helper !== undefined && (helper.interpreter.hasPip || helper.interpreter.hasVenv);
  return { uv, search, canFetch: uv === undefined && helps && context.settings.setup.python.installer !== 'pip' };
}

/** Something was fetched: the next look is a new one. */
const forgetTools = ({ resources }: Context): void => resources.forget(searches);

/** Whether uv may bring a Python that is missing. */
export function canBringPython({ settings }: Context, { uv, canFetch }: Tools): boolean {
  const { interpreter, download } = settings.setup.python;
  return interpreter === null && download !== 'never' && (uv !== undefined || canFetch);
}

/**
 * uv, fetched where it is not there; `undefined` where it cannot be had and need not be.
 * @throws UserError E_UV_UNAVAILABLE where `need` is set, or `python.installer` is `uv`
 */
export async function uvFor(context: Context, definition: EnvironmentDefinition, need = false): Promise<Uv | undefined> {
  const { uv, canFetch, search } = await toolsFor(context, definition);
  if (uv) return uv;
  const helper = search.python ?? search.any;
  const must = need || context.settings.setup.python.installer === 'uv';
  if (!canFetch || !helper) {
    if (must) throw noUv(context);
    return undefined;
  }
  try {
    const fetched = await fetchUv(context, helper);
    forgetTools(context);
    return fetched;
  } catch (error) {
    if (must || !(error instanceof UserError)) throw error;
    context.host.processes.onVerbose?.(error.message);
    return undefined;
  }
}

export function noUv({ settings }: Context): UserError {
  const refused = settings.setup.python.installer === 'pip';
  return new UserError({
    code: 'E_UV_UNAVAILABLE',
    found: refused
      ? 'uv is not there, and `python.installer: pip` forbids to fetch it'
      : 'uv is not there, and no Python with pip to fetch it with',
    needed: 'uv',
    fix: refused ? 'run the same command with `--set python.installer=auto`' : 'install uv, then run the same command again',
  });
}

/**
 * A Python of the wanted version, brought by uv where none is there.
 * @throws UserError E_PYTHON_NOT_FOUND, E_PYTHON_DOWNLOAD
 */
export async function pythonFor(context: Context, definition: EnvironmentDefinition): Promise<Found> {
  const tools = await toolsFor(context, definition);
  if (tools.search.python) return tools.search.python;
  if (!canBringPython(context, tools)) throw pythonNotFound(definition, tools.search);
  const uv = (await uvFor(context, definition, true)) as Uv;
  const { host } = context;
  const how = fetching(context);
  const args = ['python', 'install', '--no-bin', definition.pythonVersion];
  const result = await host.processes.run(uv.command, args, {
    ...how,
    env: { ...how.env, UV_PYTHON_DOWNLOADS: 'automatic' },
  });
  if (result.exitCode !== 0) {
    const { fault } = commandError(`\`uv ${args.join(' ')}\``, result, definition);
    const code = ['E_DISK_FULL', 'E_NOT_WRITABLE', 'E_REGISTRY_TLS'].includes(fault.code) ? fault.code : 'E_PYTHON_DOWNLOAD';
    const fix = `install Python ${definition.pythonVersion} yourself, or set UV_PYTHON_INSTALL_MIRROR to a mirror that can be reached`;
    throw new UserError({ ...fault, code, fix: code === 'E_PYTHON_DOWNLOAD' ? fix : fault.fix });
  }
  forgetTools(context);
  const { search } = await toolsFor(context, definition);
  if (search.python) return search.python;
  throw pythonNotFound(definition, search);
}

/** No Python: what was tried, and why each was no good. */
export function pythonNotFound({ pythonVersion }: EnvironmentDefinition, { tried }: Search): UserError {
  return new UserError({
    code: 'E_PYTHON_NOT_FOUND',
    found: `no Python ${pythonVersion} was found${tried.length > 0 ? `; ${tried.length} tried` : ', nor any other'}`,
    needed: `a Python ${pythonVersion} that starts`,
    ...(tried.length > 0 ? { tail: tried.map(({ what, why }) => `${what} — ${why}`).join('\n') } : {}),
    fix: `\`uv python install ${pythonVersion}\`, or name one: \`--set python.interpreter=/path/to/python${pythonVersion}\``,
  });
}
