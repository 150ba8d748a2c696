import * as path from 'node:path';
import type { Host } from '../../platform';
import { condaPackagesFrom } from './conda-meta';
import { parsePyvenv, pyvenvVersion } from './pyvenv';

/** The layout of a Python environment below its prefix, as venv (PEP 405) and conda make it. Nothing is started. */

/** An environment of conda's, by the folder where conda notes what it put in. */
export const isCondaEnvironment = ({ files }: Host, prefix: string): boolean => files.stat(path.join(prefix, 'conda-meta')) !== undefined;

/** The folder of the programs that packages bring. */
export const programsOf = ({ platform }: Host, prefix: string): string => path.join(prefix, platform === 'win32' ? 'Scripts' : 'bin');

/** A program that a package brought, `hf` for example, whether it is there or not. */
export const programIn = (host: Host, prefix: string, name: string): string =>
  path.join(programsOf(host, prefix), host.platform === 'win32' ? `${name}.exe` : name);

/** The Python, whether it is there or not. On Windows conda's lies at the top, that of venv among the programs. */
export const pythonIn = (host: Host, prefix: string): string =>
  host.platform === 'win32' && isCondaEnvironment(host, prefix) ? path.join(prefix, 'python.exe') : programIn(host, prefix, 'python');

/** A path without links, of a place that may be empty too: an environment notes where it was made, and fits nowhere else. */
export const realPlace = ({ files }: Pick<Host, 'files'>, place: string): string =>
  files.realPath(place) ?? path.join(files.realPath(path.dirname(place)) ?? path.dirname(place), path.basename(place));

/** The minor version of its Python, `3.10`, as venv or conda noted it; `undefined` where neither did. */
export function notedMinor({ files }: Host, prefix: string): string | undefined {
  const version =
    pyvenvVersion(parsePyvenv(files.readText(path.join(prefix, 'pyvenv.cfg')) ?? '')) ??
    condaPackagesFrom(files.list(path.join(prefix, 'conda-meta'))).find(({ name }) => name === 'python')?.version;
  return /^\d+\.\d+/.exec(version ?? '')?.[0];
}
