import * as path from 'node:path';
import { UserError } from '../common/errors';
import { shellWord } from '../common/format';
import { stateFolder } from '../platform/files/private';
import { isPersonal } from '../settings/read/is-personal';
import type { Context } from './context';
import { askGit } from './git';
import { absolute, below, shown } from './paths';
import type { Resource } from './resources';

/** Where a program of ours lies by the settings, or by itself. */
interface Place {
  /** A program, or the folder of an environment. */
  file: string;
  /** What names it; `undefined` for what lies in our state folder, or was found. */
  setting: string | undefined;
  value: string;
}

/** git answers at once, or hangs on a disk that is away. */
const limitMs = 5000;

/**
 * Judges each program before it is started: one that lies where a setting, or our state folder, has it, and that git
 * tracks, came with the repository. A look that starts it would run a stranger's program, where a person expects that
 * a look only looks. It is refused unless a person of this machine named it. One that is not tracked was made here; where
 * a file of the repository names it, that is told once.
 *
 * A checkout is code all the same, as soon as `npx just` loads its `just.config.ts`: a project's own check may start what it likes.
 * @returns throws UserError E_REPOSITORY_PROGRAM for a program that must not be started
 */
export function programJudge(context: Context): (command: string) => Promise<void> {
  const told = new Set<string>();
  return async (command) => {
    const place = placeOf(context, command);
    if (!place || (await isChosen(context, place.setting))) return;
    if (await isTracked(context, command, place.file)) throw refused(context, command, place);
    const { setting, value } = place;
    const origin = setting ? context.origins.get(setting) : undefined;
    if (!setting || !origin || origin === 'default' || told.has(setting) || isUsual(setting, value)) return;
    told.add(setting);
    context.host.processes.onNote?.(`note: \`${setting}\` is \`${value}\` in this checkout, as ${origin} says`);
  };
}

/**
 * A file that makes another program start programs, an ssh configuration for one.
 * @throws UserError E_REPOSITORY_PROGRAM where git tracks it and no person of this machine named it
 */
export async function refuseTracked(context: Context, setting: string, file: string): Promise<void> {
  if (!isInside(context, file) || (await isChosen(context, setting))) return;
  if (await isTracked(context, file)) throw refused(context, file, { file, setting, value: shown(context.root, file) });
}

/** Whether a person of this machine named it; a machine's own file that git tracks is nobody's own. */
async function isChosen(context: Context, setting: string | undefined): Promise<boolean> {
  if (!setting || !isPersonal(context, setting)) return false;
  const file = context.origins.get(setting)?.replace(/:\d+$/, '') ?? '';
  return !file.startsWith('configs/') || !(await isTracked(context, path.join(context.root, file)));
}

/** Programs that just-lora looks for by itself, wherever PATH or a record has them. */
const ours = /^(?:python[\d.]*|uv|conda|mamba|micromamba|hf|huggingface-cli)(?:\.exe)?$/;

/** The place that a program belongs to, `undefined` for one that is no part of the checkout. */
function placeOf(context: Context, command: string): Place | undefined {
  if (!path.isAbsolute(command) || !isInside(context, command)) return undefined;
  const { environments, remote, python } = context.settings.setup;
  const named: [string, string | null][] = [
    ['python.interpreter', python.interpreter],
    ['environments.local.path', environments.local.path],
    ['remote.path', remote.path],
    ['remote.prefix', remote.prefix],
    ['remote.conda', remote.conda],
  ];
  const places: Place[] = [
    ...named.flatMap(([setting, value]) => (value ? [{ file: absolute(context, value), setting, value }] : [])),
    { file: path.join(context.root, stateFolder), setting: undefined, value: stateFolder },
  ];
  const place = places.find(({ file }) => [file, context.host.files.realPath(file)].some((each) => each && isBelow(each, command)));
  return place ?? (ours.test(path.basename(command)) ? { file: command, setting: undefined, value: '' } : undefined);
}

/** Lexically, or by where a link of it leads. */
function isInside({ root, host }: Context, file: string): boolean {
  const real = host.files.realPath(file);
  return isBelow(root, file) || (real !== undefined && isBelow(host.files.realPath(root) ?? root, real));
}

const isBelow = (folder: string, file: string): boolean => path.relative(folder, file) === '' || below(folder, file) !== undefined;

/** The names that just-lora gives by itself. */
const isUsual = (setting: string, value: string): boolean =>
  (setting === 'environments.local.path' && value === '.venv-local') || (setting === 'remote.path' && value === '.venv-remote');

const answers: Resource<Map<string, Promise<boolean>>> = { make: () => new Map() };

/** Whether git tracks a file, what a link of it leads to, or anything of the environment that it belongs to. Asked once in a run. */
function isTracked(context: Context, file: string, place?: string): Promise<boolean> {
  const known = context.resources.get(context, answers);
  const asked = known.get(file) ?? lookIfTracked(context, file, place);
  known.set(file, asked);
  return asked;
}

async function lookIfTracked(context: Context, file: string, place?: string): Promise<boolean> {
  const { host, root } = context;
  const realRoot = host.files.realPath(root) ?? root;
  const prefix = path.dirname(path.dirname(file));
  const isEnvironment = ['pyvenv.cfg', 'conda-meta'].some((name) => host.files.lstat(path.join(prefix, name)));
  const all = [file, ...(isEnvironment ? [prefix] : []), ...(place && place !== path.join(root, stateFolder) ? [place] : [])];
  const names = [...all, ...all.flatMap((each) => host.files.realPath(each) ?? [])]
    .filter((each) => isBelow(root, each) || isBelow(realRoot, each))
    .map((each) => path.relative(isBelow(root, each) ? root : realRoot, each))
    .filter(Boolean);
  if (names.length === 0) return false;
  // One name is enough, and of an environment with all of its files no more is read.
  const args = ['-c', 'safe.directory=*', '--literal-pathspecs', 'ls-files', '-z', '--cached', '--', ...new Set(names)];
  const { stdout } = await askGit(context, args, { timeoutMs: limitMs, mostBytes: 10_000 });
  return stdout !== '';
}

function refused(context: Context, file: string, { setting, value }: Place): UserError {
  const name = shown(context.root, file);
  const origin = setting ? (context.origins.get(setting) ?? 'default') : undefined;
  const by = setting ? `, and \`${setting}\` names it (${origin === 'default' ? 'by default' : origin})` : '';
  return new UserError({
    code: 'E_REPOSITORY_PROGRAM',
    found: `\`${name}\` came with the repository, since git tracks it${by}`,
    needed: 'a program that was made or installed on this machine, or one that a person of this machine names',
    fix: setting
      ? `run the same command with \`--set ${setting}=${shellWord(value)}\` where you have read it and trust it; for good, that line in configs/setup.${context.environment}.yaml\nto take it out of git: \`git rm -r --cached ${shellWord(name)}\``
      : `\`git rm -r --cached ${shellWord(name)}\` where it is yours`,
  });
}
