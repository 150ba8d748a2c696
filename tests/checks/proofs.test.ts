import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, runJust } from '../support/project';
import { smallProject } from '../support/small-environment';
import { stepsProject } from '../support/steps';

const test = suite('proofs');

test('spare a look until what they rest on changes, and are gone before it is made again', async () => {
  const project = stepsProject();
  const write = (name: string, text: string) => fs.writeFileSync(path.join(project, name), text);
  write(
    'just.config.ts',
    `import { task } from 'just-task';
import { defineTask, UserError } from '${repository}/tasks';
import { cachedStep } from '${repository}/tasks/checks/cached-step';
const step = cachedStep({
  name: 'proven',
  title: 'Prove it',
  action: 'prove it',
  inputs: ({ root, host }) => ({ input: host.files.readText(root + '/input') ?? '' }),
  async prove({ root, host }) {
    if (host.files.stat(root + '/restless')) host.files.writeText(root + '/input', 'changed meanwhile');
    if (host.files.stat(root + '/broken')) throw new UserError({ code: 'E_FIXTURE', found: 'it is broken', fix: 'fix it' });
    return 'it works';
  },
});
task('proven', '', defineTask({ name: 'proven', description: '', details: '', example: '', items: [step] }));
`,
  );
  const seen = async (...args: string[]) => {
    const { outcome, steps } = JSON.parse((await runJust(project, ['proven', ...args, '--json'])).stdout);
    return [outcome, steps[0].state, steps[0].changed ?? steps[0].found];
  };
  write('input', 'one');
  assert.equal(await seen(), ['changed', 'done', 'it works']);
  assert.equal(await seen(), ['unchanged', 'done', 'it works']);
  write('input', 'two');
  assert.equal(await seen('--check'), ['todo', 'todo', ['input one → two']]);
  assert.equal((await seen())[0], 'changed');
  // What a proof rests on is what was there before it: what changed while it was made is not vouched for.
  write('restless', '');
  assert.is((await seen('--force'))[0], 'failed');
  assert.equal(await seen('--check'), ['todo', 'todo', ['input two → changed meanwhile']]);
  fs.rmSync(path.join(project, 'restless'));
  assert.equal((await seen())[0], 'changed');
  write('broken', '');
  assert.equal(await seen('--force'), ['failed', 'failed', 'it is broken']);
  assert.equal(await seen('--check'), ['todo', 'todo', 'not proven on this machine yet']);
});

test('the paths of Python are asked for again when a part of its loader changed', async () => {
  const project = await smallProject();
  const paths = async (...args: string[]) => {
    const { stdout, stderr } = await project.just(['setup:local', ...args, '--set', 'storage.error_gb=0', '--json']);
    try {
      return JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'paths');
    } catch {
      throw new Error(stderr);
    }
  };
  assert.is((await paths()).state, 'done');
  fs.appendFileSync(path.join(project.folder, 'scripts', 'config_schema.py'), '# another one\n');
  const { state, changed } = await paths('--check');
  assert.equal([state, changed], ['todo', ['scripts changed']]);
  await project.index.close();
});

test.run();
