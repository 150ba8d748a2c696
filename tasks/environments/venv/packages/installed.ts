import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { type Installed, readMetadataFile, recordedFiles } from '../../prefix/dist-info';

/** A package that is not as it was installed, with the first thing that is wrong. */
export interface Damage {
  name: string;
  what: string;
}

/** Looks at every file that the packages say they consist of: is it there, in its size? */
export function damagedIn({ host }: Context, sitePackages: string, packages: readonly Installed[]): Damage[] {
  return packages.flatMap(({ name, entry }) => {
    if (!entry.endsWith('.dist-info')) return [];
    const metadata = readMetadataFile(host.files.readText(path.join(sitePackages, entry, 'METADATA')) ?? '');
    if (metadata?.name !== name) return [{ name, what: `\`${entry}/METADATA\` is damaged` }];
    const record = host.files.readText(path.join(sitePackages, entry, 'RECORD'));
    if (!record) return [{ name, what: `\`${entry}/RECORD\` is missing` }];
    for (const { file, size } of recordedFiles(record)) {
      // Python's own bytecode comes and goes as it likes.
      if (file.endsWith('.pyc')) continue;
      const there = host.files.stat(path.resolve(sitePackages, file));
      if (!there) return [{ name, what: `\`${file}\` is missing` }];
      if (there.size !== size) return [{ name, what: `\`${file}\` has ${there.size} of ${size} bytes` }];
    }
    return [];
  });
}
