import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../../tasks/common/errors';
import { requireConda } from '../../../tasks/environments/conda/definition';
import { writeCondaRecord } from '../../../tasks/environments/conda/record';
import { chooseEngine } from '../../../tasks/environments/training/engine';
import { trainingPrefix } from '../../../tasks/environments/training/locate';
import { temporaryFolder } from '../../support/project';
import { contextFor } from '../../support/transcript';

const test = suite('who makes the training environment');
const nowhere = { PATH: '', CONDA_EXE: undefined, MAMBA_EXE: undefined, CONDA_PREFIX: undefined };

/** An environment with a Python at a path. */
function environment(folder: string): string {
  fs.mkdirSync(path.join(folder, 'bin'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'bin', 'python'), '#!/bin/sh\n', { mode: 0o755 });
  return folder;
}

test('the setting first, then what is there, then what is found', async () => {
  const project = temporaryFolder();
  const choose = async (sets: string[] = [], env = {}) => {
    const { engine, why } = await chooseEngine(contextFor(project, { env: { ...nowhere, ...env }, sets }));
    return `${engine}: ${why}`;
  };
  assert.is(await choose(['remote.engine=conda']), 'conda: `remote.engine` is conda');
  assert.is(await choose(), 'venv: neither conda nor mamba nor micromamba is there');
  assert.is(await choose(['remote.conda=/no/such/conda']), 'conda: `remote.conda` names it', 'and who asks for it is told that it is none');
  const prefix = environment(path.join(project, 'env'));
  writeCondaRecord(contextFor(project, { env: nowhere }), { name: 'x', prefix, program: 'conda', phase: 'none' });
  assert.is(await choose(), `conda: \`${prefix}\` is there`);
  // One of each: the marker says that ours is the one that was built here.
  fs.writeFileSync(path.join(environment(path.join(project, '.venv-remote')), 'just-lora.json'), '{"state": "building"}');
  assert.is(await choose(), 'venv: `.venv-remote` is there');
});

test('what is missing is told by its setting, with a cure that the next task finds too', () => {
  const fault = (...sets: string[]) => {
    try {
      requireConda(contextFor(temporaryFolder(), { env: nowhere, sets }));
    } catch (error) {
      if (error instanceof UserError) return error.fault;
      throw error;
    }
    throw new Error('it was found');
  };
  const named = fault('remote.conda=/no/such/conda');
  assert.is(named.found, '`/no/such/conda` (setting `remote.conda`) is not a program');
  assert.is(named.needed, 'the path of conda, mamba or micromamba');
  assert.match(named.fix, 'without `remote.conda`');
  const none = fault('remote.engine=conda');
  assert.match(none.found, 'neither conda nor mamba nor micromamba was found');
  for (const { fix } of [named, none]) assert.match(fix, '`remote: { engine: venv }` in configs/setup.remote.yaml');
});

test('where it lies: what was noted, and one of that name that a person made', () => {
  const project = temporaryFolder();
  const at = (env = {}) => trainingPrefix(contextFor(project, { env: { ...nowhere, ...env } }));
  assert.is(at(), undefined);
  fs.writeFileSync(path.join(project, 'environment-remote.yml'), 'name: mine\n');
  const activated = environment(path.join(project, 'envs', 'mine'));
  assert.is(at(), undefined);
  assert.is(at({ CONDA_PREFIX: activated }), activated);
  assert.is(at({ CONDA_PREFIX: environment(path.join(project, 'envs', 'other')) }), undefined, 'another that is active');
  fs.mkdirSync(path.join(project, '.conda'));
  fs.writeFileSync(path.join(project, '.conda', 'environments.txt'), `/gone/mine\n${activated}\n`);
  assert.is(at(), activated);
  const prefix = environment(path.join(project, 'env'));
  writeCondaRecord(contextFor(project, { env: nowhere }), { name: 'mine', prefix, program: 'conda', phase: 'none' });
  assert.is(at(), prefix);
});

test.run();
