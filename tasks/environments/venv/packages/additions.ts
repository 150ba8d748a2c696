import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { filesInRecord } from '../../prefix/dist-info';
import { programsOf } from '../../prefix/prefix';
import { sitePackagesIn } from '../../prefix/site-packages';
import { environmentRecordName, readEnvironmentRecord } from './environment-record';

/** What venv, uv and virtualenv put at the top, and the folders into which packages bring data. */
const usual = new Set([
  ...['bin', 'Scripts', 'include', 'Include', 'lib', 'lib64', 'Lib', 'share', 'etc', 'man', 'pyvenv.cfg'],
  ...['.gitignore', '.lock', 'CACHEDIR.TAG', environmentRecordName],
]);

/** What they put beside the programs that packages bring. */
const usualProgram =
  /^(?:(?:pythonw?|pypy|graalpy|𝜋thon)[\d.]*t?(?:\.(?:exe|dll))?|(?:de)?activate(?:_this)?(?:\.\w+)?|pydoc\.bat|__pycache__)$/i;

/** Whether a name at the top is one that every environment has. */
export const isUsual = (name: string): boolean => usual.has(name) || name.startsWith(`${environmentRecordName}.tmp-`);

/**
 * What a person put at the top of an environment of ours, and among its programs where it is whole, as paths below it. Deeper it
 * cannot be told: packages write files beside their own that no RECORD names. Nor among the programs of one that is half-built:
 * there a program comes before the RECORD that names it.
 */
export function additionsToVenv(context: Context, folder: string): string[] {
  const { host } = context;
  const record = readEnvironmentRecord(context, folder);
  if (!record) return [];
  const programs = path.basename(programsOf(host, folder));
  const unusual = [
    ...host.files.list(folder).filter((name) => !isUsual(name)),
    ...(record.state === 'done' ? host.files.list(path.join(folder, programs)) : [])
      .filter((name) => !usualProgram.test(name))
      .map((name) => path.join(programs, name)),
  ];
  const named = unusual.length > 0 ? filesOfPackages(context, folder) : [];
  // A folder is its package's where the package names a file in it.
  const brought = new Set(named.flatMap((file) => [1, 2].map((depth) => file.split(path.sep).slice(0, depth).join(path.sep))));
  return unusual.filter((name) => !brought.has(name));
}

/** The files that RECORDs name, as paths below the environment: a wheel may bring any. */
export function filesOfPackages({ host: { files }, host }: Context, folder: string): string[] {
  const packages = sitePackagesIn(host, folder);
  if (!packages) return [];
  const records = files.list(packages).filter((entry) => entry.endsWith('.dist-info'));
  const named = records.flatMap((entry) => filesInRecord(files.readText(path.join(packages, entry, 'RECORD')) ?? ''));
  return named.map((file) => path.relative(folder, path.resolve(packages, file)));
}
