import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';

const test = suite('the environment that a task is about');
const project = projectCopy();
const nothing = { HF_HUB_OFFLINE: '1', HOME: project };
const named = async (env: Record<string, string> = {}, ...args: string[]) => {
  const { stdout } = await runJust(project, ['model:verify', '--json', ...args], { ...nothing, ...env });
  return JSON.parse(stdout).steps[0].name;
};
const models = (name: string) => JSON.stringify({ models: { 'llama-3.1-8b': { enabled: false }, [name]: { repo: `org/${name}` } } });

test('a machine that trains uses its own settings for models, any other those of the laptop', async () => {
  fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), models('laptop'));
  assert.is(await named(), 'verify:laptop');
  fs.writeFileSync(path.join(project, 'configs/setup.remote.yaml'), models('trains'));
  assert.is(await named(), 'verify:trains');
  assert.is(await named({}, '--env=local'), 'verify:laptop');
  assert.is(await named({ JUST_LORA_ENV: 'local' }), 'verify:laptop');
});

for (const sign of ['.venv-remote', '.just-lora/conda.json'])
  test(`${sign} says that it is a machine that trains`, async () => {
    const file = path.join(project, sign);
    fs.rmSync(path.join(project, 'configs/setup.remote.yaml'), { force: true });
    assert.is(await named(), 'verify:laptop');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '');
    assert.not.equal(await named(), 'verify:laptop');
    fs.rmSync(file);
  });

test.run();
