import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import type { RunOptions, RunResult } from '../../platform/processes/run';
import { type Fields, fieldsOf, tryParse } from '../../untrusted/json';
import { outside } from '../python/outside';
import { type CondaProgram, notedEnvironments } from './find';
import { type CondaVersion, condaVersion } from './packages/conda-version';

/** A conda-like program that was started, and what it says of itself. */
export interface Conda extends CondaProgram, CondaVersion {
  /** Where a new environment of a name goes, absolute, first one first. */
  environmentFolders: readonly string[];
  /** Where it unpacks what it downloads. */
  packageFolder: string | undefined;
  /** Prefixes of the environments that it knows. */
  environments: readonly string[];
}

const lookLimitMs = 60_000;
const answers: Resource<Map<string, Promise<Conda>>> = { make: () => new Map() };

/** Starts the program and asks what it is; once in a run, since it takes seconds. @throws UserError E_CONDA_BROKEN */
export function askConda(context: Context, program: CondaProgram): Promise<Conda> {
  const known = context.resources.get(context, answers);
  const asked = known.get(program.command) ?? ask(context, program);
  known.set(program.command, asked);
  return asked;
}

async function ask(context: Context, program: CondaProgram): Promise<Conda> {
  const said = await runConda(context, program.command, ['--version'], { timeoutMs: lookLimitMs });
  if (said.exitCode !== 0) throw broken(program, said);
  const info = await runConda(context, program.command, ['info', '--json'], { timeoutMs: lookLimitMs });
  const tree = jsonOf(info.stdout);
  if (info.exitCode !== 0 || !tree) throw broken(program, info);
  const list = (...names: string[]) => names.flatMap((name) => asList(tree[name]));
  const packages = list('pkgs_dirs', 'package cache')[0];
  return {
    ...program,
    ...condaVersion(path.basename(program.command), `${said.stdout}\n${said.stderr}`),
    environmentFolders: list('envs_dirs', 'envs directories').filter((folder) => path.isAbsolute(folder)),
    packageFolder: packages,
    environments: await environmentsOf(context, program, list('envs')),
  };
}

/** `conda env list --json` knows more than `info` does, and `~/.conda/environments.txt` what neither tells. */
async function environmentsOf(context: Context, { command }: CondaProgram, fromInfo: readonly string[]): Promise<string[]> {
  const listed = await runConda(context, command, ['env', 'list', '--json'], { timeoutMs: lookLimitMs });
  return [...new Set([...fromInfo, ...asList(jsonOf(listed.stdout)?.['envs']), ...notedEnvironments(context.host)])].filter((prefix) =>
    path.isAbsolute(prefix),
  );
}

/** Runs conda without a person: no input, no colours, nothing accepted in anybody's name. */
export function runConda(
  context: Context,
  command: string,
  args: readonly string[],
  { env = {}, ...options }: Pick<RunOptions, 'timeoutMs' | 'env' | 'onLine'> = {},
): Promise<RunResult> {
  const how = outside(context);
  return context.host.processes.run(command, args, {
    ...how,
    program: 'conda',
    env: {
      ...how.env,
      CONDA_ALWAYS_YES: undefined,
      MAMBA_NO_BANNER: '1',
      PYTHONWARNINGS: 'ignore',
      ...env,
    },
    ...options,
  });
}

const jsonOf = (text: string): Fields | undefined => fieldsOf(tryParse(text.slice(text.indexOf('{'))));

const asList = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter((one): one is string => typeof one === 'string');

const broken = ({ command, from }: CondaProgram, { tail }: RunResult): UserError =>
  new UserError({
    code: 'E_CONDA_BROKEN',
    found: `\`${command}\` (${from}) does not say what it is`,
    needed: 'a conda, mamba or micromamba that starts',
    tail,
    fix: '`npx just env:remote --set remote.engine=venv` goes without it\nto take another: `npx just env:remote --set remote.conda=/path/to/conda`',
  });
