import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytes } from '../../tasks/common/format';
import { profileFiles } from '../../tasks/environments/profile/profile-files';
import { evaluateMarker } from '../../tasks/environments/python/markers';
import { parseLock } from '../../tasks/environments/venv/lock/lock-file';
import { measuredSizes } from '../../tasks/knowledge/measured-sizes';
import { isSmall, sizeOf, sizeOfConda } from '../../tasks/knowledge/sizes';
import { repository } from '../support/project';

const test = suite('sizes of packages');
const machine = {
  sys_platform: 'linux',
  platform_system: 'Linux',
  platform_machine: 'x86_64',
  python_version: '3.10',
  python_full_version: '3.10.13',
};
const textOf = (file: string) => fs.readFileSync(path.join(repository, file), 'utf8');

const totals = Object.values(profileFiles).map(({ lock }) => {
  const names = parseLock(textOf(lock))
    .filter(({ marker }) => !marker || evaluateMarker(marker, machine))
    .map(({ name }) => name);
  test(`every package of ${lock} is measured: \`npm run sizes\``, () =>
    assert.equal(
      names.filter((name) => !(name in measuredSizes)),
      [],
    ));
  return sizeOf(names);
});

test('docs/ENVIRONMENTS.md says what a profile takes', () => {
  const [asAsked, compat] = totals.map(({ download, installed }) => `${bytes(download)}, ${bytes(installed)}`);
  assert.match(textOf('docs/ENVIRONMENTS.md'), `| to fetch, installed, at most | ${asAsked} | ${compat} |`);
});

test('a package that nobody knows is a small one', () => {
  assert.ok(sizeOf(['never-heard-of']).installed > 0);
  assert.ok(isSmall('never-heard-of') && isSmall('six'));
  assert.not(isSmall('torch') || isSmall('numpy'));
});

test("conda's names have sizes of their own", () => {
  assert.ok(sizeOfConda(['pytorch']).download > 1e9);
  assert.ok(sizeOfConda(['six']).download < 1e6);
});

test.run();
