import { sha256 } from '../../common/hash';
import type { Host } from '../../platform';
import { pythonIn } from './prefix';
import { sitePackagesEntries, sitePackagesIn } from './site-packages';

/** What an environment is, as hashes: another program, folder or package gives another value. */
export interface Fingerprint {
  /** The program behind its Python: path, size, time. */
  python: string;
  /** Its folder of packages: path, inode, names. */
  packages: string;
}

/** The fingerprint of an environment without starting it; `undefined` where it has no Python or no packages. */
export function fingerprintOf(host: Host, prefix: string): Fingerprint | undefined {
  const python = host.files.realPath(pythonIn(host, prefix));
  const folder = sitePackagesIn(host, prefix);
  if (!python || !folder) return undefined;
  const program = host.files.stat(python);
  return {
    python: sha256(`${python} ${program?.size} ${program?.mtimeMs}`),
    packages: sha256(`${folder}\n${host.files.stat(folder)?.ino}\n${sitePackagesEntries(host, folder).join('\n')}`),
  };
}
