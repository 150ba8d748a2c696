import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answersIn, type TrialResult, trialCount } from '../../tasks/checks/libraries/library-trial';
import { cleanEnvironment, repository, temporaryFolder } from '../support/project';
import { python310 } from '../support/python';
import { skip } from '../support/skip';

const test = suite('what a library lets one import');

/** Distributions as newer builders leave them, without `top_level.txt`: each with its files. */
const distributions: Record<string, Record<string, string>> = {
  'by-record': { 'by_record/__init__.py': 'raise ImportError("broken")\n' },
  'one-file': { 'one_file.py': '' },
  // A namespace that several share has no `__init__.py`.
  'in-namespace': { 'shared/inner/__init__.py': '', 'shared/inner/deep.py': 'raise ImportError("not asked for")\n' },
  'under-a-folder': { 'tests/__init__.py': 'raise ImportError("left in a wheel by mistake")\n', 'real_name/__init__.py': '' },
  'programs-alone': { '../../../bin/tool': '', 'data-1.0.data/x': '' },
  'by-top-level': { 'top-level-1.dist-info/x': '', 'known_by_list/__init__.py': 'raise ValueError("read from the list")\n' },
};

function tried(names: readonly string[]): TrialResult[] {
  const folder = temporaryFolder('site');
  for (const [name, files] of Object.entries(distributions)) {
    const info = path.join(folder, `${name.replace(/-/g, '_')}-1.0.dist-info`);
    fs.mkdirSync(info, { recursive: true });
    fs.writeFileSync(path.join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`);
    fs.writeFileSync(
      path.join(info, 'RECORD'),
      `${Object.keys(files)
        .map((file) => `${file},,`)
        .join('\n')}\n`,
    );
    if (name === 'by-top-level') fs.writeFileSync(path.join(info, 'top_level.txt'), 'known_by_list\n');
    for (const [file, text] of Object.entries(files)) {
      if (file.startsWith('..')) continue;
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
  }
  const [trying, work] = ['trying.py', 'libraries.py'].map((file) => path.join(repository, 'tasks/checks/libraries', file));
  const args = ['-B', trying as string, work as string, '20', ...names];
  const stdout = execFileSync(python310() as string, args, { env: cleanEnvironment({ PYTHONPATH: folder }), encoding: 'utf8' });
  return answersIn(stdout).filter((one): one is TrialResult => 'library' in one);
}

if (!python310()) skip(test, 'what a library lets one import', 'no Python 3.10');
else
  test('RECORD decides where nothing else does, and what has nothing to import counts as neither', () => {
    const results = tried(Object.keys(distributions));
    assert.equal(
      results.map(({ library, ok, nothing = false, did = '', error = '' }) => [library, ok, nothing, did || error]),
      [
        ['by-record', false, false, 'ImportError: broken'],
        ['one-file', true, false, 'imported `one_file`'],
        ['in-namespace', true, false, 'imported `shared.inner`'],
        ['under-a-folder', true, false, 'imported `real_name`'],
        ['programs-alone', true, true, 'has nothing to import'],
        ['by-top-level', false, false, 'ValueError: read from the list'],
      ],
    );
    assert.is(trialCount(results), '3 of 5 libraries work (nothing to import: programs-alone)');
  });

test.run();
