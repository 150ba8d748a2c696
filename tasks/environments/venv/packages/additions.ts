import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { filesInRecord } from '../../prefix/dist-info';
import { sitePackagesIn } from '../../prefix/site-packages';
import { environmentRecordName, readEnvironmentRecord } from './environment-record';

/** What venv, uv and virtualenv put at the top, and the folders into which packages bring data. */
const usual = new Set([
  ...['bin', 'Scripts', 'include', 'Include', 'lib', 'lib64', 'Lib', 'share', 'etc', 'man', 'pyvenv.cfg'],
  ...['.gitignore', '.lock', 'CACHEDIR.TAG', environmentRecordName],
]);

/**
 * What a person put at the top of a whole environment of ours. Deeper it cannot be told: packages write files beside their own that
 * no RECORD names.
 */
export function additionsToVenv(context: Context, folder: string): string[] {
  const { files } = context.host;
  if (readEnvironmentRecord(context, folder)?.state !== 'done') return [];
  const unusual = files.list(folder).filter((name) => !usual.has(name) && !name.startsWith(`${environmentRecordName}.tmp-`));
  const brought = unusual.length > 0 ? topsOfPackages(context, folder) : new Set();
  return unusual.filter((name) => !brought.has(name));
}

/** The names at the top that some package's RECORD has: a wheel may bring any. */
function topsOfPackages({ host: { files }, host }: Context, folder: string): Set<string> {
  const packages = sitePackagesIn(host, folder);
  const records = (packages ? files.list(packages) : []).filter((entry) => entry.endsWith('.dist-info'));
  const named = records.flatMap((entry) => filesInRecord(files.readText(path.join(packages ?? '', entry, 'RECORD')) ?? ''));
  return new Set(named.map((file) => path.relative(folder, path.resolve(packages ?? '', file)).split(path.sep)[0] ?? ''));
}
