import { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import { outside } from '../outside';
import type { Uv } from '../uv';
import { type Candidate, candidatesFor } from './candidates';
import { type Found, type Interpreter, probe } from './probe';

export interface Search {
  /** The first of the wanted version that works. */
  python?: Found;
  /** The first of any version that works: good enough to fetch uv with. */
  any?: Found;
  /** What was tried and did not do, each with why. */
  tried: { what: string; why: string }[];
}

/**
 * Looks for a Python of one minor version (`3.10`): each candidate is executed until one does, and uv is asked at last, which may know
 * of others. It asks every Python that it sees, and ends at a shim of pyenv that is for another version. Writes nothing.
 */
export async function findPython(context: Context, minor: string, uv: Uv | undefined): Promise<Search> {
  const search: Search = { tried: [] };
  const doing = async (candidate: Candidate): Promise<Found | undefined> => {
    const interpreter = await probeBase(context, candidate).catch((error: unknown) => {
      // One that came with the repository is told like one that does not work; of one that a setting names it is all there is to tell.
      if (!(error instanceof UserError) || context.settings.setup.python.interpreter) throw error;
      return error.fault.found;
    });
    const why = typeof interpreter === 'string' ? interpreter : refusal(context, interpreter, minor);
    if (typeof interpreter !== 'string') search.any ??= foundOf(candidate, interpreter);
    if (!why && typeof interpreter !== 'string') return foundOf(candidate, interpreter);
    search.tried.push({ what: nameOf(candidate), why: why ?? '' });
    return undefined;
  };
  for (const candidate of candidatesFor(context, minor)) {
    const python = await doing(candidate);
    if (python) return { ...search, python };
  }
  const known = await knownTo(uv, context, minor);
  const python = known && (await doing({ command: known, args: [], from: '`uv python find`' }));
  return python ? { ...search, python } : search;
}

/**
 * An activated environment comes first on PATH, and may be the one that is to be built again: what counts is the
 * Python that it was made of.
 */
async function probeBase(context: Context, { command, args }: Candidate): Promise<Interpreter | string> {
  const interpreter = await probe(context, command, args);
  if (typeof interpreter === 'string' || interpreter.prefix === interpreter.basePrefix) return interpreter;
  return probe(context, interpreter.realPath);
}

/** Called by its real path: a shim or a link may be gone by the time that it is needed. */
const foundOf = (candidate: Candidate, interpreter: Interpreter): Found =>
  interpreter.realPath === candidate.command ? { ...candidate, interpreter } : { command: interpreter.realPath, args: [], interpreter };

function refusal({ host }: Context, { version, machine }: Interpreter, minor: string): string | undefined {
  if (!version.startsWith(`${minor}.`)) return `is Python ${version}`;
  // Rosetta runs it, and then every library is the wrong one.
  if (host.platform === 'darwin' && host.arch === 'arm64' && machine === 'x86_64') return `is built for ${machine}, this Mac is arm64`;
  return undefined;
}

async function knownTo(uv: Uv | undefined, context: Context, minor: string): Promise<string | undefined> {
  const { host, settings } = context;
  if (!uv || settings.setup.python.interpreter) return undefined;
  // Without its cache: a look writes nothing.
  const args = ['python', 'find', '--system', '--no-python-downloads', '--no-cache', minor];
  const { exitCode, stdout } = await host.processes.run(uv.command, args, {
    ...outside(context),
    timeoutMs: 20_000,
  });
  return exitCode === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}

const nameOf = ({ command, args, from }: Candidate): string => `${[command, ...args].join(' ')} (${from})`;
