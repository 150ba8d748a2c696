import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprintOf } from '../../../tasks/environments/prefix/fingerprint';
import { isCondaEnvironment, programIn, pythonIn } from '../../../tasks/environments/prefix/prefix';
import { sitePackagesFor, sitePackagesIn, versionsIn } from '../../../tasks/environments/prefix/site-packages';
import { type Host, thisHost } from '../../../tasks/platform';
import { temporaryFolder } from '../../support/project';

const test = suite('what lies in a Python environment');
const host: Host = thisHost();
const windows: Host = { ...host, platform: 'win32' };

/** An environment of these files; a name that ends in `/` is a folder. */
function environment(...files: readonly (string | [name: string, text: string])[]): string {
  const prefix = temporaryFolder();
  for (const [name, text] of files.map((file) => (typeof file === 'string' ? ([file, ''] as const) : file))) {
    fs.mkdirSync(path.join(prefix, name.endsWith('/') ? name : path.dirname(name)), { recursive: true });
    if (!name.endsWith('/')) fs.writeFileSync(path.join(prefix, name), text);
  }
  return prefix;
}

const python = (minor: string, ...packages: string[]) =>
  ['', ...packages.map((name) => `${name}/`)].map((name) => `lib/python${minor}/site-packages/${name}`);
const minorOf = (prefix: string) => /python(3\.\d+)/.exec(sitePackagesIn(host, prefix) ?? '')?.[1];

test('programs and the Python: venv and conda, Windows and elsewhere', () => {
  const [venv, conda] = [environment('pyvenv.cfg'), environment('conda-meta/history')];
  assert.equal(
    [venv, conda].map((prefix) => isCondaEnvironment(host, prefix)),
    [false, true],
  );
  for (const prefix of [venv, conda]) {
    assert.is(pythonIn(host, prefix), path.join(prefix, 'bin/python'));
    assert.is(programIn(host, prefix, 'hf'), path.join(prefix, 'bin/hf'));
    assert.is(programIn(windows, prefix, 'hf'), path.join(prefix, 'Scripts/hf.exe'));
  }
  assert.is(pythonIn(windows, venv), path.join(venv, 'Scripts/python.exe'));
  assert.is(pythonIn(windows, conda), path.join(conda, 'python.exe'));
});

test('the packages of the Python that made it, of several', () => {
  assert.is(sitePackagesIn(host, environment('bin/python')), undefined);
  assert.is(sitePackagesIn(host, environment('lib/python3.10/os.py')), undefined, 'a Python without a folder of packages');
  assert.is(minorOf(environment(...python('3.11'))), '3.11');
  assert.is(minorOf(environment(...python('3.9'), ...python('3.10'))), '3.10', 'the newest, by number');
  const both = [...python('3.9'), ...python('3.10')];
  for (const key of ['version', 'version_info']) assert.is(minorOf(environment(...both, ['pyvenv.cfg', `${key} = 3.9.18\n`])), '3.9');
  assert.is(minorOf(environment(...both, 'conda-meta/python-3.9.18-h1_0.json', 'conda-meta/python-dateutil-3.10.1-0.json')), '3.9');
  assert.is(minorOf(environment(...python('3.10'), ['pyvenv.cfg', 'version = 3.9.18\n'])), '3.10', 'what was noted is gone');
  const conda = environment(...python('3.10'), 'conda-meta/python-3.10.13-h1_0_cpython.json');
  fs.symlinkSync('python3.10', path.join(conda, 'lib/python3.1'));
  assert.is(minorOf(conda), '3.10', "conda's link for Python 3.1");
  const onWindows = environment('Lib/site-packages/');
  assert.is(sitePackagesIn(windows, onWindows), path.join(onWindows, 'Lib/site-packages'));
  assert.is(sitePackagesFor(windows, onWindows, '3.10'), path.join(onWindows, 'Lib/site-packages'));
});

test('installed versions, by normalized name', () => {
  const names = ['huggingface_hub-0.25.2.dist-info', 'ruamel.yaml-0.18.6-py3.10.egg-info', 'torch', 'zope.interface-7.0.dist-info'];
  assert.equal(
    [...versionsIn(host, environment(...python('3.10', ...names)))],
    [
      ['huggingface-hub', '0.25.2'],
      ['ruamel-yaml', '0.18.6'],
      ['zope-interface', '7.0'],
    ],
  );
  assert.is(versionsIn(host, environment('bin/python')).size, 0);
  assert.is(versionsIn(host, '/nowhere').size, 0);
});

test('a fingerprint changes with the program, the folder and each package, and with nothing else', () => {
  const prefix = environment(['bin/python', 'one'], ...python('3.10', 'a-1.dist-info'));
  const packages = path.join(prefix, 'lib/python3.10/site-packages');
  const before = fingerprintOf(host, prefix);
  assert.ok(before);
  fs.mkdirSync(path.join(packages, '__pycache__'));
  assert.equal(fingerprintOf(host, prefix), before, 'bytecode');
  fs.mkdirSync(path.join(packages, 'b-1.dist-info'));
  const more = fingerprintOf(host, prefix);
  assert.is(more?.python, before.python);
  assert.is.not(more?.packages, before.packages, 'a package more');
  fs.rmdirSync(path.join(packages, 'b-1.dist-info'));
  assert.equal(fingerprintOf(host, prefix), before);
  fs.writeFileSync(path.join(prefix, 'bin/python'), 'other');
  const other = fingerprintOf(host, prefix);
  assert.is.not(other?.python, before.python, 'another program');
  assert.is(other?.packages, before.packages);
  fs.renameSync(packages, `${packages}.old`);
  fs.mkdirSync(path.join(packages, 'a-1.dist-info'), { recursive: true });
  assert.is.not(fingerprintOf(host, prefix)?.packages, before.packages, 'another folder of the same names');
  fs.rmSync(packages, { recursive: true });
  assert.is(fingerprintOf(host, prefix), undefined);
  assert.is(fingerprintOf(host, environment(...python('3.10'))), undefined, 'no Python');
});

test.run();
