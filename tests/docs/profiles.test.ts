import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { profileNames } from '../../tasks/environments/profile/profile-files';
import { profileVersions } from '../../tasks/environments/profile/profile-versions';
import { type Arch, cardDrivers } from '../../tasks/knowledge/known-builds';
import { capabilitiesOf, driverFor, torchBuild } from '../../tasks/knowledge/torch';
import { repository } from '../support/project';
import { contextFor } from '../support/transcript';

const test = suite('docs/ENVIRONMENTS.md: what a profile asks of a card and its driver');
const page = fs.readFileSync(path.join(repository, 'docs/ENVIRONMENTS.md'), 'utf8');
const context = contextFor(repository);
const cellsOf = (row: string): string[] => {
  const line = page.split('\n').find((text) => text.startsWith(`| ${row} |`)) ?? '';
  return line.split('|').map((cell) => cell.trim());
};

/** The build of a profile's torch, by its lock. */
function buildOf(profile: (typeof profileNames)[number], arch: Arch) {
  const version = profileVersions(context, profile, { platform: 'linux', arch }).get('torch') ?? '';
  const build = torchBuild(version, arch);
  assert.ok(build, `nothing is known of torch ${version} for ${arch}`);
  return build;
}

for (const [at, profile] of profileNames.entries())
  test(`${profile}: CUDA, code, processor and driver stand as the table of builds has them`, () => {
    const [here, arm] = [buildOf(profile, 'x64'), buildOf(profile, 'arm64')];
    const cell = (row: string) => cellsOf(row)[at + 2] ?? '';
    const range = (architectures: string) => {
      const { oldest, newestMajor } = capabilitiesOf(architectures);
      return `${oldest} to ${newestMajor}.x`;
    };
    assert.is(cell('its CUDA'), arm.cuda ? `${here.cuda}; ${arm.cuda} on aarch64` : here.cuda);
    assert.is(
      cell('has code for compute capability'),
      arm.cuda ? `${range(here.architectures)}; ${range(arm.architectures)} on aarch64` : range(here.architectures),
    );
    assert.is(cell('runs on aarch64 (GH200, GB200, GB300, GB10)').startsWith('yes'), arm.cuda !== undefined);
    const driver = cell('oldest driver');
    assert.is(driver.split(';')[0], driverFor(here.cuda ?? ''));
    if (arm.cuda) assert.ok(driver.endsWith(`${driverFor(arm.cuda)} on aarch64`));
    if (capabilitiesOf(here.architectures).newestMajor >= 10)
      for (const card of cardDrivers) assert.ok(driver.includes(card.driver), card.driver);
  });

test('the table of trained under, loads under is of the locks of today: `npm run profiles` makes it', () => {
  const versions = profileNames.map((profile) => `${profile}, PEFT ${profileVersions(context, profile).get('peft')}`);
  assert.equal(cellsOf('trained under, loads under').slice(2, -1), versions);
  for (const profile of profileNames) assert.is(cellsOf(`${profile}, no dropout`).length, 8, profile);
});

test.run();
