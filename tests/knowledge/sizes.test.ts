import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytes } from '../../tasks/common/format';
import { profileFiles, profileNames } from '../../tasks/environments/profile/profile-files';
import { machineMarkers } from '../../tasks/environments/python/machine-markers';
import { parseLock } from '../../tasks/environments/venv/lock/lock-file';
import { lockedFor } from '../../tasks/environments/venv/packages/compare';
import { measuredSizes } from '../../tasks/knowledge/measured-sizes';
import { isSmall, sizeOf, sizeOfConda } from '../../tasks/knowledge/sizes';
import { repository } from '../support/project';

const test = suite('sizes of packages');
const textOf = (file: string) => fs.readFileSync(path.join(repository, file), 'utf8');
const packagesOf = (lock: string, arch: 'x64' | 'arm64') =>
  lockedFor(parseLock(textOf(lock)), machineMarkers({ platform: 'linux', arch }, '3.10.13'));

const machines = [...profileNames.map((profile) => [profile, 'x64'] as const), ['current', 'arm64'] as const];
const totals = machines.map(([profile, arch]) => {
  const { lock } = profileFiles[profile];
  const packages = packagesOf(lock, arch);
  test(`every package of ${lock} is measured for ${arch}: \`npm run sizes\``, () =>
    assert.equal(
      packages.map(({ name, version }) => `${name}==${version}`).filter((key) => !(key in measuredSizes)),
      [],
    ));
  return { ...sizeOf(packages), count: packages.length };
});

test('docs/ENVIRONMENTS.md says how much a profile takes', () => {
  const sizes = totals.map(({ download, installed }) => `${bytes(download)}, ${bytes(installed)}`);
  const counts = totals.map(({ count }) => String(count));
  for (const [what, cells] of [
    ['to fetch, installed', sizes],
    ['packages of the lock on Linux x86_64', counts],
  ] as const)
    assert.match(textOf('docs/ENVIRONMENTS.md'), `| ${what} | ${cells.slice(0, 3).join(' | ')} |`);
  assert.match(textOf('docs/ENVIRONMENTS.md'), `${counts[3]} packages, ${sizes[3]?.replace(', ', ' to fetch and ')} installed`);
});

test('another version is as large as the largest that was measured, a package that nobody knows is a small one', () => {
  const of = (name: string, version = '0') => ({ name, version });
  assert.equal(sizeOf([of('torch', '99')]), sizeOf([of('torch', '2.10.0')]));
  assert.ok(sizeOf([of('torch', '2.1.2')]).installed < sizeOf([of('torch', '2.10.0')]).installed);
  assert.ok(sizeOf([of('never-heard-of')]).installed > 0);
  assert.ok(isSmall(of('never-heard-of')) && isSmall(of('six')));
  assert.not(isSmall(of('torch')) || isSmall(of('numpy')));
});

test("conda's names have sizes of their own", () => {
  assert.ok(sizeOfConda(['pytorch']).download > 1e9);
  assert.ok(sizeOfConda(['six']).download < 1e6);
});

test.run();
