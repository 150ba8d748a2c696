import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { trainingProject } from '../support/training';

const test = suite('known breakages of a training environment');
const training = trainingProject('as-asked');

test.before(async () => {
  const { exitCode, stderr } = await training.run('conda');
  assert.is(exitCode, 0, stderr);
});

/** What a person or another tool did to the environment, how the tool names it, and which package it names. */
const breakages: readonly [what: string, breaks: () => void, code: string, drift: RegExp][] = [
  ['numpy 2', () => training.uv('install', '--no-deps', 'numpy==2.0.1'), 'E_NUMPY_2', /numpy 2\.0\.1/],
  ['huggingface_hub 1.x', () => training.uv('install', 'huggingface_hub==1.0.1'), 'E_HUB_TOO_NEW', /huggingface-hub 1\.0\.1/],
  ['no scipy', () => training.uv('uninstall', 'scipy'), 'E_SCIPY_MISSING', /scipy/],
  ['setuptools 80', () => training.uv('uninstall', 'setuptools'), 'E_SETUPTOOLS', /setuptools/],
  [
    'a CPU build of torch',
    () => {
      const file = path.join(training.sitePackages, 'torch', 'version.py');
      const text = fs.readFileSync(file, 'utf8').replace(/^cuda.*$/m, 'cuda = None');
      // A file of its own: the one that is there is the package cache's too.
      fs.rmSync(file);
      fs.writeFileSync(file, text);
    },
    'E_TORCH_CPU',
    /torch: .*version\.py/,
  ],
];
for (const [what, breaks, code, drift] of breakages)
  test(`${what}: named by what it does and by what changed, and mended`, async () => {
    breaks();
    const { exitCode, step } = await training.run('validate', '--env=remote', '--no-gpu');
    assert.is(exitCode, 3);
    assert.is(step('imports').code, code, step('imports').found);
    assert.match(step('imports').fix, /npx just env:remote/);
    assert.match(step('env:remote').found, drift);
    const mended = await training.run('conda', ...(what.includes('CPU') ? ['--force'] : []));
    assert.is(mended.exitCode, 0, mended.stderr);
  });

test.run();
