import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { cleanEnvironment, projectCopy, repository, temporaryFolder } from './project';
import { python310 } from './python';

/** A real conda, and a channel on this disk with a Python 3.10 and packages that fail on purpose. */
export interface RealConda {
  program: string;
  channel: string;
  /** Where it puts environments. */
  environments: string;
  env: Record<string, string>;
}

/** The newest conda of the package index, from 2017; it needs a Python 3.6. */
const condaPackages = [
  'setuptools==59.6.0',
  'wheel==0.37.1',
  'pycosat==0.6.3',
  'requests==2.27.1',
  'certifi==2021.10.8',
  'idna==3.3',
  'charset-normalizer==2.0.12',
  'urllib3==1.26.18',
  'ruamel.yaml==0.15.100',
  'conda==4.3.16',
];

/** Why there can be no real conda here; empty where there can. */
export function noRealConda(): string {
  if (!python36()) return 'no Python 3.6 (pyenv), which conda 4.3.16 needs';
  if (!python310()) return 'no Python 3.10';
  return process.platform === 'linux' && process.arch === 'x64' ? '' : 'the channel is made for linux-64';
}

function python36(): string | undefined {
  const versions = path.join(os.homedir(), '.pyenv', 'versions');
  const name = fs.existsSync(versions) ? fs.readdirSync(versions).find((one) => one.startsWith('3.6.')) : undefined;
  return name && path.join(versions, name, 'bin', 'python');
}

/** Installs conda and makes the channel, once; environments and packages lie in a folder of this process. */
export function realConda(): RealConda {
  const cache = path.join(fs.realpathSync(path.join(repository, 'node_modules')), '.cache', 'just-lora-tests', 'conda-4.3.16');
  const channel = path.join(cache, 'channel');
  if (!fs.existsSync(path.join(cache, 'complete'))) {
    fs.rmSync(cache, { recursive: true, force: true });
    fs.mkdirSync(cache, { recursive: true });
    const options = { env: cleanEnvironment(), stdio: 'pipe' } as const;
    execFileSync(python36() as string, ['-m', 'venv', path.join(cache, 'conda')], options);
    execFileSync(path.join(cache, 'conda', 'bin', 'python'), ['-m', 'pip', 'install', '-q', ...condaPackages], options);
    const [python, bin] = [path.join(cache, 'conda', 'bin', 'python'), path.join(cache, 'conda', 'bin')];
    const main = (module: string) =>
      `#!${python}\nimport sys, warnings\nwarnings.simplefilter("ignore")\nfrom ${module} import main\nsys.exit(main())\n`;
    fs.writeFileSync(path.join(bin, 'conda'), main('conda.cli'), { mode: 0o755 });
    // `conda env` starts the program of that name beside it.
    fs.writeFileSync(path.join(bin, 'conda-env'), main('conda_env.cli.main'), { mode: 0o755 });
    fs.mkdirSync(path.join(cache, 'conda', 'conda-meta'), { recursive: true });
    fs.writeFileSync(path.join(cache, 'conda', 'conda-meta', 'history'), '');
    const prefix = path.dirname(path.dirname(fs.realpathSync(python310() as string)));
    const script = path.join(__dirname, '..', 'fixtures', 'conda', 'make_channel.py');
    execFileSync(python310() as string, [script, channel, '--python', prefix, '--arch-pip'], options);
    fs.writeFileSync(path.join(cache, 'complete'), '');
  }
  const own = temporaryFolder('just-lora-conda');
  const environments = path.join(own, 'envs');
  const condarc = path.join(own, 'condarc');
  const lines = [
    'channels: []',
    'default_channels: []',
    'auto_update_conda: false',
    `pkgs_dirs: [${path.join(own, 'pkgs')}]`,
    `envs_dirs: [${environments}]`,
  ];
  fs.writeFileSync(condarc, `${lines.join('\n')}\n`);
  const bin = path.join(cache, 'conda', 'bin');
  const program = path.join(bin, 'conda');
  return { program, channel, environments, env: { CONDARC: condarc, PATH: `${bin}${path.delimiter}${process.env.PATH}`, HOME: own } };
}

/** A program that replays what a version of conda does: {@link fixtureConda}. */
const fixtureCondaProgram = path.join(repository, 'tests', 'fixtures', 'conda', 'conda');

/** A machine whose conda replays a version of it. */
export interface FixtureConda {
  home: string;
  env: Record<string, string>;
  /** The command lines that it was given. */
  commands(): string[][];
  /** Where the environment of a project goes. */
  prefix: string;
}

/** @param fault what goes wrong, by the words of tests/fixtures/conda/conda */
export function fixtureConda(version: string, fault = ''): FixtureConda {
  const home = temporaryFolder('just-lora conda');
  const log = path.join(home, 'log');
  fs.writeFileSync(log, '');
  const env = {
    HOME: home,
    CONDA_EXE: fixtureCondaProgram,
    CONDA_FIXTURE_HOME: home,
    CONDA_FIXTURE_LOG: log,
    CONDA_FIXTURE_VERSION: version,
    CONDA_FIXTURE_FAULT: fault,
    // As some sites have it, for their own scripts.
    CONDA_ALWAYS_YES: 'true',
  };
  const commands = (): string[][] =>
    fs
      .readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { home, env, commands, prefix: path.join(home, 'envs', 'weatherman-lora') };
}

export interface EnvironmentFile {
  channels: readonly string[];
  conda: readonly string[];
  pip?: readonly string[];
  name?: string;
}

/** A project whose training environment is a small one, with engine conda. */
export function condaProject({ channels, conda, pip = [], name = 'weatherman-lora' }: EnvironmentFile): string {
  const project = projectCopy();
  writeEnvironmentFile(project, { channels, conda, pip, name });
  fs.rmSync(path.join(project, 'environment-remote.lock'), { force: true });
  fs.writeFileSync(path.join(project, 'configs', 'setup.remote.yaml'), 'remote: { profile: as-asked, engine: conda }\n');
  return project;
}

export function writeEnvironmentFile(project: string, { channels, conda, pip = [], name = 'weatherman-lora' }: EnvironmentFile): void {
  const dependencies = [...conda, ...(pip.length > 0 ? [{ pip }] : [])];
  fs.writeFileSync(path.join(project, 'environment-remote.yml'), JSON.stringify({ name, channels, dependencies }));
}

/** Every entry of a tree with its kind, size and text: two equal ones are the same folder for a person. */
export function treeOf(folder: string): Record<string, string> {
  const entries: Record<string, string> = {};
  const walk = (at: string) => {
    for (const entry of fs.readdirSync(path.join(folder, at), { withFileTypes: true })) {
      const file = path.join(at, entry.name);
      if (entry.isDirectory()) walk(file);
      else
        entries[file] = entry.isSymbolicLink()
          ? `→ ${fs.readlinkSync(path.join(folder, file))}`
          : String(fs.statSync(path.join(folder, file)).size);
    }
  };
  if (fs.existsSync(folder)) walk('');
  return entries;
}
