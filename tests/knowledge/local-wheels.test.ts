import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { localEnvironment } from '../../tasks/environments/venv/definition';
import { pinsOf } from '../../tasks/environments/venv/lock/pins';
import { pythonNotFound } from '../../tasks/environments/venv/tools';
import { wheelsFor } from '../../tasks/knowledge/local-wheels';
import { repository } from '../support/project';
import { contextFor } from '../support/transcript';

const test = suite('which Pythons the pinned libraries have wheels for');
const pins = pinsOf(fs.readFileSync(path.join(repository, 'requirements-local.txt'), 'utf8'));

test('the table is about the versions that are pinned', () => {
  for (const minor of ['3.10', '3.11', '3.12']) assert.ok(wheelsFor(pins, minor)?.fits, minor);
  assert.is(
    wheelsFor(pins, '3.13')?.text,
    'no wheel for Python 3.13 has pandas 2.1.3 (3.9, 3.10, 3.11, 3.12); the other 8 have one, or are pure Python',
  );
  assert.is(wheelsFor([...pins, { name: 'rich', version: '13.0' }], '3.12'), undefined, 'of one nothing is known');
});

test('where there is another Python alone, the refusal says whether it would do', () => {
  const context = contextFor(repository);
  const refusal = (version: string) => {
    const any = { command: 'python3', args: [], interpreter: { version } as never };
    const search = { tried: [{ what: 'python3', why: `is Python ${version}` }], any };
    return pythonNotFound(context, localEnvironment(context), { search, uv: undefined, canFetch: false }).fault.fix;
  };
  assert.match(refusal('3.12.7'), /\neach of the 9 libraries .*: `--set python\.version=3\.12` makes the lock for it/);
  assert.match(refusal('3.13.1'), /\nno wheel for Python 3\.13 has pandas 2\.1\.3 /);
});

test.run();
