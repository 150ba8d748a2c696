import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { meaningOf, parseLock } from '../../../tasks/environments/venv/lock/lock-file';
import { pinsOf } from '../../../tasks/environments/venv/lock/pins';
import { repository } from '../../support/project';

const test = suite('the lock of the repository');

const read = (file: string) => fs.readFileSync(path.join(repository, file), 'utf8');

test('requirements-local.txt has the nine libraries, each at the version that was asked for', () => {
  assert.equal(pinsOf(read('requirements-local.txt')), [
    { name: 'pandas', version: '2.1.3' },
    { name: 'beautifulsoup4', version: '4.12.2' },
    { name: 'trafilatura', version: '1.6.2' },
    { name: 'datasets', version: '2.15.0' },
    { name: 'datasketch', version: '1.6.4' },
    { name: 'jsonlines', version: '4.0.0' },
    { name: 'nltk', version: '3.8.1' },
    { name: 'langdetect', version: '1.0.9' },
    { name: 'requests', version: '2.31.0' },
  ]);
  assert.is(meaningOf(read('requirements-local.txt')).split('\n').length, 9);
});

test('the lock holds every pin with hashes, no address, no path of a machine and nothing for a GPU', () => {
  const text = read('requirements-local.lock');
  const packages = parseLock(text);
  for (const { name, version } of pinsOf(read('requirements-local.txt')))
    assert.ok(
      packages.some((locked) => locked.name === name && locked.version === version),
      name,
    );
  assert.not.match(text, /https?:|file:|index-url|find-links|\/root|\/home|\/tmp/);
  for (const { name } of packages) assert.not.match(name, /nvidia|cuda|triton|^torch/);
});

test.run();
