import { type Fault, UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import { wheelsFor } from '../../knowledge/local-wheels';
import { installCommand } from '../../platform/install-command';
import { fetchUv } from '../python/fetch-uv';
import { findPython, type Search } from '../python/interpreter/find';
import type { Found } from '../python/interpreter/probe';
import { allOnPath } from '../python/interpreter/which';
import { fetching } from '../python/outside';
import { findUv, type Uv } from '../python/uv';
import { startUv } from '../python/uv-coming';
import type { EnvironmentDefinition } from './definition';
import { commandError } from './faults';
import { pinsOf } from './lock/pins';
import { requirementsText } from './requirements';
import { wrongInterpreter } from './wrong-interpreter';

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
  const searching = findPython(context, minor, uv);
  // Beside the search. An environment that is there and whole asks for no tools.
  if (!uv && context.acts && context.settings.setup.python.installer !== 'pip') startUv(context, searching.then(helperOf));
  const search = await searching;
  const helper = helperOf(search);
  const helps = helper !== undefined && (helper.interpreter.hasPip || helper.interpreter.hasVenv);
  return { uv, search, canFetch: uv === undefined && helps && context.settings.setup.python.installer !== 'pip' };
}

const helperOf = ({ python, any }: Search): Found | undefined => python ?? any;

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
  const helper = helperOf(search);
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
  if (!canBringPython(context, tools)) throw pythonNotFound(context, definition, tools);
  const uv = (await uvFor(context, definition, true)) as Uv;
  const { host } = context;
  const how = fetching(context);
  const args = ['python', 'install', '--no-bin', definition.pythonVersion];
  const result = await host.processes.run(uv.command, args, {
    ...how,
    env: { ...how.env, UV_PYTHON_DOWNLOADS: 'automatic' },
  });
  if (result.exitCode !== 0) throw downloadFailed(context, definition, commandError(`\`uv ${args.join(' ')}\``, result, definition).fault);
  forgetTools(context);
  const after = await toolsFor(context, definition);
  if (after.search.python) return after.search.python;
  throw pythonNotFound(context, definition, after);
}

/** What uv says where no Python comes; where its server cannot be reached, what helps without it. */
function downloadFailed({ host }: Context, { pythonVersion }: EnvironmentDefinition, fault: Fault): UserError {
  if (['E_DISK_FULL', 'E_NOT_WRITABLE', 'E_REGISTRY_TLS'].includes(fault.code)) return new UserError(fault);
  const code = 'E_PYTHON_DOWNLOAD';
  const name = `\`--set python.interpreter=/path/to/python${pythonVersion}\``;
  if (fault.code !== 'E_REGISTRY_UNREACHABLE')
    return new UserError({ ...fault, code, fix: `install Python ${pythonVersion} yourself and name it with ${name}` });
  const mirror = host.env.UV_PYTHON_INSTALL_MIRROR;
  const conda = ['conda', 'mamba', 'micromamba'].find((program) => allOnPath(host, program).length > 0);
  const own = '~/just-lora-python';
  return new UserError({
    ...fault,
    code,
    found: mirror
      ? `Python ${pythonVersion} could not be fetched: the mirror of UV_PYTHON_INSTALL_MIRROR cannot be reached`
      : `Python ${pythonVersion} could not be fetched: uv takes it from GitHub, and that cannot be reached from here`,
    needed: `a Python ${pythonVersion} from somewhere else, or a way to ${mirror ? 'the mirror' : 'GitHub'}`,
    fix: [
      conda
        ? `\`${conda} create -y -p ${own} python=${pythonVersion}\`, then \`--set python.interpreter=${own}/bin/python\``
        : `name a Python ${pythonVersion} that is here, ${name}, or copy the folder that \`uv python dir\` names from a machine with the same system`,
      'behind a proxy: `export HTTPS_PROXY=http://HOST:PORT`; with a mirror of the builds: `export UV_PYTHON_INSTALL_MIRROR=ADDRESS`',
    ].join('\n'),
  });
}

/** What brings a Python with pip, which then fetches uv, which brings the wanted one. */
const anyPython = {
  apt: 'python3 python3-venv',
  dnf: 'python3 python3-pip',
  zypper: 'python3 python3-pip',
  pacman: 'python python-pip',
  apk: 'python3 py3-pip',
  brew: 'uv',
  winget: 'astral-sh.uv',
};

/** No Python: what was tried, and why each was no good, and what helps with what is here. */
export function pythonNotFound(context: Context, definition: EnvironmentDefinition, { search: { tried, any }, uv }: Tools): UserError {
  const { pythonVersion } = definition;
  const { interpreter, download, installer } = context.settings.setup.python;
  // Only that one was tried: what brings another one is of no help.
  if (interpreter !== null) {
    const fault = wrongInterpreter(context, definition, interpreter, tried[0]?.why);
    return new UserError({ ...fault, fix: `${fault.fix}${otherPython(context, definition, any)}` });
  }
  const name = `name one: \`--set python.interpreter=/path/to/python${pythonVersion}\``;
  // Nothing that works, and nothing that could fetch it.
  const isBare = !uv && installer !== 'pip' && download !== 'never';
  const bare = any ? 'the Python that is here has neither pip nor venv to fetch uv with' : 'no Python of any version and no uv is here';
  const fix = isBare
    ? `${installCommand(context.host, anyPython, 'any Python 3 with pip')}, then the same command again: it has uv bring Python ${pythonVersion}`
    : uv
      ? `\`${allOnPath(context.host, 'uv').includes(uv.command) ? 'uv' : shellWord(uv.command)} python install ${pythonVersion}\`, or ${name}`
      : `install Python ${pythonVersion}, or ${name}`;
  return new UserError({
    code: 'E_PYTHON_NOT_FOUND',
    found: `no Python ${pythonVersion} was found${isBare ? `: ${bare}` : tried.length > 0 ? `; ${tried.length} tried` : ', nor any other'}`,
    needed: `a Python ${pythonVersion} that starts`,
    ...(tried.length > 0 ? { tail: tried.map(({ what, why }) => `${what} — ${why}`).join('\n') } : {}),
    fix: `${fix}${otherPython(context, definition, any)}`,
  });
}

/** What the libraries have for a Python of another version that is here, where that is known of each. */
function otherPython(context: Context, definition: EnvironmentDefinition, any: Found | undefined): string {
  const minor = /^3\.\d+/.exec(any?.interpreter.version ?? '')?.[0];
  const wheels = minor ? wheelsFor(pinsOf(requirementsText(context, definition) ?? ''), minor) : undefined;
  if (!wheels) return '';
  return wheels.fits ? `\n${wheels.text}: \`--set python.version=${minor}\` makes the lock for it, and takes that one` : `\n${wheels.text}`;
}
