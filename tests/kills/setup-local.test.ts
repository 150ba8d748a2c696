import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killAtMoments } from '../support/kill';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { uvFolder } from '../support/uv';

/** The real thing, nine libraries and all: minutes, so it has a command of its own (`npm run test:kills`). */
const test = suite('setup:local, killed');
const use =
  'import pandas, bs4, trafilatura, datasets, datasketch, jsonlines, nltk, langdetect, requests; print(pandas.DataFrame({"a": [1]}).a.sum())';

test('at 40 moments: nothing reads done that is not, and the next run reaches the end', async () => {
  const project = projectCopy();
  const env = {
    HOME: temporaryFolder('home'),
    PYENV_ROOT: path.join(os.homedir(), '.pyenv'),
    UV_CACHE_DIR: process.env.UV_CACHE_DIR ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'uv'),
    PATH: [uvFolder(), process.env.PATH].join(path.delimiter),
    JUST_LORA_STORAGE__ERROR_GB: '1',
  };
  const works = () => spawnSync(path.join(project, '.venv-local', 'bin', 'python'), ['-c', use], { encoding: 'utf8' }).stdout === '1\n';
  const { killed } = await killAtMoments({
    project,
    args: ['setup:local'],
    env,
    moments: 40,
    prepare() {
      for (const name of ['.venv-local', '.just-lora', 'data', 'models', 'adapters'])
        fs.rmSync(path.join(project, name), { recursive: true, force: true });
    },
    async inspect(moment) {
      const { steps } = JSON.parse((await runJust(project, ['setup:local', '--check', '--json'], env)).stdout) as {
        steps: { name: string; state: string }[];
      };
      const done = (name: string) => steps.find((step) => step.name === name)?.state === 'done';
      if (done('mkdirs')) assert.ok(fs.existsSync(path.join(project, 'data/synthetic/.gitkeep')), `moment ${moment}: mkdirs`);
      if (done('env:local') || done('libraries'))
        assert.ok(works(), `moment ${moment}: env:local or libraries reads done, and it does not work`);
    },
    settled({ exitCode, stdout, stderr }, moment) {
      assert.is(exitCode, 0, `moment ${moment}: ${stderr}`);
      assert.ok(
        JSON.parse(stdout).steps.every(({ state }: { state: string }) => state === 'done'),
        `moment ${moment}: ${stdout}`,
      );
    },
  });
  assert.ok(works());
  assert.ok(killed >= 30, `only ${killed} runs were killed on the way`);
  assert.is(JSON.parse((await runJust(project, ['setup:local', '--json'], env)).stdout).outcome, 'unchanged');
});

test.run();
