import * as path from 'node:path';
import { normalizeName } from '../../../common/package-name';
import type { Context } from '../../../engine/context';
import { type CondaPackage, condaPackagesFrom } from '../../prefix/conda-meta';
import type { Installed } from '../../prefix/dist-info';
import { packagesIn, sitePackagesIn } from '../../prefix/site-packages';
import { machineMarkers } from '../../python/machine-markers';
import { evaluateMarker, type MarkerValues } from '../../python/markers';
import { distributionName } from '../../venv/lock/environment-yml';
import type { Locked } from '../../venv/lock/lock-file';

/** What an environment of conda's holds, by the names of files: neither conda nor Python is started. */
export interface Contents {
  conda: CondaPackage[];
  /** Python packages that conda did not bring. */
  pip: Installed[];
  /** Python packages that conda and pip both brought: what is imported is left to chance. */
  both: { name: string; conda: string; pip: string }[];
  /** Where Python packages lie; `undefined` where there are none. */
  sitePackages: string | undefined;
}

/** Reads an environment of conda's. */
export function condaContents(context: Context, prefix: string): Contents {
  const { host } = context;
  const conda = condaPackagesFrom(host.files.list(path.join(prefix, 'conda-meta')));
  const sitePackages = sitePackagesIn(host, prefix);
  const installed = sitePackages ? packagesIn(host, sitePackages) : [];
  const byConda = new Map(conda.map((one) => [normalizeName(distributionName(one.name)), one]));
  const pip: Installed[] = [];
  const both: Contents['both'] = [];
  for (const one of installed) {
    // PEP 627: who installed it. conda's own packages say `conda`, or nothing where they were built long ago.
    const installer = (host.files.readText(path.join(sitePackages as string, one.entry, 'INSTALLER')) ?? '').trim();
    const record = byConda.get(one.name);
    if (record && ['pip', 'uv'].includes(installer)) both.push({ name: one.name, conda: record.version, pip: one.version });
    else if (!record && installer !== 'conda') pip.push(one);
  }
  return { conda, pip, both, sitePackages };
}

/** Of a lock, what pip has to bring beside conda: not what conda has, and not the CUDA libraries that conda's pytorch brings. */
export function pipHalf(locked: readonly Locked[], conda: readonly CondaPackage[], markers: MarkerValues): Locked[] {
  const there = new Set(conda.map(({ name }) => normalizeName(distributionName(name))));
  const torch = there.has('torch');
  return locked.filter(
    ({ name, marker }) => !there.has(name) && !(torch && comesWithTorch(name)) && (!marker || evaluateMarker(marker, markers)),
  );
}

/** Packages of the index that conda's pytorch brings under other names. */
export const comesWithTorch = (name: string): boolean => name.startsWith('nvidia-') || name === 'triton';

/** Markers of the Python that conda installed, without starting it. */
export const markersOf = ({ host }: Context, { conda }: Contents): MarkerValues =>
  machineMarkers(host, conda.find(({ name }) => name === 'python')?.version ?? '3.10.0');
