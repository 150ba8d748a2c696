import * as path from 'node:path';
import type { Host } from '.';

/** What a package is called by each manager; for one that is left out nothing is guessed. */
export type PackageNames = Readonly<Partial<Record<'apt' | 'dnf' | 'zypper' | 'pacman' | 'apk' | 'brew' | 'winget', string>>>;

/** A package that has one name with all managers but that of Windows. */
export const calledAlike = (name: string): PackageNames => ({ apt: name, dnf: name, zypper: name, pacman: name, apk: name, brew: name });

/** The managers of distributions, by the words that `ID` and `ID_LIKE` of os-release(5) have. */
const managers = [
  ['apt', /\b(?:debian|ubuntu)\b/, 'apt-get install -y'],
  ['dnf', /\b(?:fedora|rhel|centos)\b/, 'dnf install -y'],
  ['zypper', /\b(?:opensuse\S*|suse|sles)\b/, 'zypper install -y'],
  ['pacman', /\barch\b/, 'pacman -S --noconfirm'],
  ['apk', /\balpine\b/, 'apk add'],
] as const;

/** The command that installs a program on this very system; where none is known, what to look for. */
export function installCommand({ platform, files, systemRoot, userId }: Host, names: PackageNames, what: string): string {
  if (platform === 'darwin' && names.brew) return `\`brew install ${names.brew}\``;
  if (platform === 'win32' && names.winget) return `\`winget install ${names.winget}\``;
  const release = platform === 'linux' ? (files.readText(path.join(systemRoot, 'etc/os-release')) ?? '') : '';
  const words = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)/gm)].map(([, ids]) => ids).join(' ');
  const manager = managers.find(([name, ids]) => ids.test(words) && names[name]);
  if (!manager) return `install ${what} by the means of this system`;
  return `\`${userId === 0 ? '' : 'sudo '}${manager[2]} ${names[manager[0]]}\``;
}
