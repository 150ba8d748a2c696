import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type PackageIndex, packageIndex } from './package-index';
import { type Ended, projectCopy, runJust, temporaryFolder } from './project';
import { python310 } from './python';
import { uvFolder } from './uv';
import { type WheelSpec, wheel } from './wheels';

/** A project whose environment is three tiny wheels of a loopback index: a whole `venv` takes about a second. */
export interface SmallProject {
  folder: string;
  venv: string;
  index: PackageIndex;
  env: Record<string, string | undefined>;
  just(args: readonly string[], more?: Record<string, string | undefined>): Promise<Ended>;
  /** The step `venv` of a run with `--json`, with the exit code of that run. */
  step(args: readonly string[], more?: Record<string, string | undefined>): Promise<StepSeen>;
  write(file: string, text: string): void;
  read(file: string): string;
}

// biome-ignore lint/suspicious/noExplicitAny: a document as it was printed
export type StepSeen = Record<string, any> & { state: string; exitCode: number | null; outcome: string };

export const smallWheels: readonly WheelSpec[] = [
  { name: 'alpha', version: '1.0', requires: ['beta>=1'] },
  { name: 'alpha', version: '2.0', requires: ['beta>=1'] },
  { name: 'beta', version: '1.5' },
  { name: 'gamma', version: '3.0', requires: ['winonly; sys_platform == "win32"'] },
  { name: 'winonly', version: '1.0' },
];

/** The same, large enough that their installation takes a while. */
export const heavyWheels: readonly WheelSpec[] = smallWheels
  .filter(({ name }) => name !== 'winonly')
  .map(({ name, version }) => ({ name, version, ballast: 1_000_000, ...(name === 'alpha' ? { requires: ['beta>=1'] } : {}) }));

export interface SmallOptions {
  /** `uv` puts it on PATH, `pip` keeps it away. */
  installer?: 'uv' | 'pip';
  wheels?: readonly WheelSpec[];
  requirements?: string;
  folder?: string;
}

export async function smallProject(options: SmallOptions = {}): Promise<SmallProject> {
  const { installer = 'uv', wheels = smallWheels, requirements = 'alpha==1.0\ngamma==3.0\n' } = options;
  const folder = projectCopy(options.folder);
  const python = python310();
  if (!python) throw new Error('these tests need a Python 3.10');
  const home = temporaryFolder('home');
  const index = await packageIndex(wheels.map(wheel));
  const tools = [...(installer === 'uv' ? [uvFolder()] : []), path.dirname(python), path.dirname(process.execPath), '/usr/bin', '/bin'];
  const env: SmallProject['env'] = {
    HOME: home,
    PATH: tools.join(path.delimiter),
    PYENV_ROOT: undefined,
    PIP_INDEX_URL: index.url,
    UV_CACHE_DIR: path.join(home, 'uv-cache'),
    ...(installer === 'pip' ? { JUST_LORA_PYTHON__INSTALLER: 'pip' } : {}),
  };
  const write = (file: string, text: string) => fs.writeFileSync(path.join(folder, file), text);
  write('requirements-local.txt', requirements);
  write('configs/constraints-local.txt', '');
  write('configs/overrides-local.txt', '');
  fs.rmSync(path.join(folder, 'requirements-local.lock'));
  const just: SmallProject['just'] = (args, more = {}) => runJust(folder, args, { ...env, ...more });
  const project: SmallProject = {
    folder,
    venv: path.join(folder, '.venv-local'),
    index,
    env,
    just,
    write,
    read: (file) => fs.readFileSync(path.join(folder, file), 'utf8'),
    async step(args, more) {
      const { stdout, stderr, exitCode } = await just([...args, '--json'], more);
      try {
        const document = JSON.parse(stdout);
        return { ...document.steps.at(-1), ...document.error, exitCode, outcome: document.outcome };
      } catch {
        throw new Error(`no JSON: ${stdout}\n${stderr}`);
      }
    },
  };
  // Only uv makes locks.
  const made = await just(['venv:lock'], { PATH: [uvFolder(), env.PATH].join(path.delimiter), JUST_LORA_PYTHON__INSTALLER: undefined });
  if (made.exitCode !== 0) throw new Error(made.stderr);
  return project;
}

/** Asks the environment itself, not us: do the packages import in these versions, and are there no others? */
export function isWhole({ venv }: Pick<SmallProject, 'venv'>, versions: Readonly<Record<string, string>>): boolean {
  const script = `
import importlib, importlib.metadata as m, sys
want = dict(pair.split("=") for pair in sys.argv[1:])
have = sorted(d.metadata["Name"] for d in m.distributions() if d.metadata["Name"] not in ("pip", "setuptools"))
assert have == sorted(want), have
for name, version in want.items(): assert importlib.import_module(name).version == version
`;
  const args = Object.entries(versions).map(([name, version]) => `${name}=${version}`);
  return spawnSync(path.join(venv, 'bin', 'python'), ['-I', '-c', script, ...args]).status === 0;
}
