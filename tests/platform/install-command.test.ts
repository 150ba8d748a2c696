import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Host, thisHost } from '../../tasks/platform';
import { calledAlike, installCommand } from '../../tasks/platform/install-command';
import { temporaryFolder } from '../support/project';

const test = suite('install command');

/** A machine with an os-release (os-release(5)). */
function machine(release: string, more: Partial<Host> = {}): Host {
  const systemRoot = temporaryFolder();
  fs.mkdirSync(path.join(systemRoot, 'etc'));
  if (release) fs.writeFileSync(path.join(systemRoot, 'etc/os-release'), release);
  return { ...thisHost(), platform: 'linux', userId: 1000, systemRoot, ...more };
}

const names = { ...calledAlike('thing'), dnf: 'things', winget: 'Some.Thing' };

for (const [what, host, command] of [
  ['Debian', machine('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'), '`sudo apt-get install -y thing`'],
  ['Mint', machine('ID=linuxmint\nID_LIKE="ubuntu debian"\n'), '`sudo apt-get install -y thing`'],
  ['Ubuntu, as root', machine('ID=ubuntu\nID_LIKE=debian\n', { userId: 0 }), '`apt-get install -y thing`'],
  ['Rocky', machine('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), '`sudo dnf install -y things`'],
  ['SUSE', machine('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n'), '`sudo zypper install -y thing`'],
  ['Arch', machine('ID=arch\n'), '`sudo pacman -S --noconfirm thing`'],
  ['Alpine', machine('ID=alpine\n', { userId: 0 }), '`apk add thing`'],
  ['a Mac', machine('', { platform: 'darwin' }), '`brew install thing`'],
  ['Windows', machine('', { platform: 'win32' }), '`winget install Some.Thing`'],
  ['a system that says nothing', machine(''), 'install the thing by the means of this system'],
] as const)
  test(what, () => assert.is(installCommand(host, names, 'the thing'), command));

test('no name is guessed', () =>
  assert.is(installCommand(machine('ID=fedora\n'), { apt: 'x' }, 'it'), 'install it by the means of this system'));

test.run();
