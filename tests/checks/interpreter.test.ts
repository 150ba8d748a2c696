import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type SmallProject, smallProject } from '../support/small-environment';

const test = suite<{ project: SmallProject }>('the Python of an environment');
const seen = async ({ just }: SmallProject) => {
  const { stdout } = await just(['validate', '--json']);
  return JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'python');
};

test.before(async (context) => {
  context.project = await smallProject();
  assert.is((await context.project.step(['venv'])).outcome, 'changed');
});
test.after(({ project }) => project.index.close());

test('is run, and told with its program', async ({ project }) => {
  const { state, found } = await seen(project);
  assert.is(state, 'done');
  assert.match(found, /^Python 3\.10\.\d+ \(`\/.*`\)$/);
});

test('that works for another place is none of it', async ({ project }) => {
  const python = path.join(project.venv, 'bin', 'python');
  const base = fs.realpathSync(python);
  fs.rmSync(python);
  fs.writeFileSync(python, `#!/bin/sh\nexec '${base}' "$@"\n`, { mode: 0o755 });
  const { state, code, found, fix } = await seen(project);
  assert.equal([state, code, fix], ['todo', 'E_PYTHON_BROKEN', '`npx just env:local --force` builds it again']);
  assert.match(found, 'the Python of `.venv-local` works for `');
});

test.run();
