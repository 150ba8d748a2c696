import { type CondaPackage, condaText } from '../../prefix/conda-meta';
import { type EnvironmentYml, requirementsOf } from '../../venv/lock/environment-yml';
import type { Locked } from '../../venv/lock/lock-file';
import { pinsOf } from '../../venv/lock/pins';
import { bootstrap, sameVersion } from '../../venv/packages/compare';
import type { PackageState } from '../../venv/packages/packages';
import type { CondaEnvironmentRecord } from '../environment-record';
import { parseMatchSpec } from './match-spec';
import type { Contents } from './packages';

/** One package of an environment of conda's, as `--json` tells it. */
export interface CondaPackageState extends PackageState {
  from: 'conda' | 'pip';
  build?: string;
}

/**
 * Every package that is there or should be: of conda's against what the environment was finished with, of pip's against the lock.
 * @param marker absent where just-lora did not make the environment: then nothing of conda's can be said to differ
 * @param wanted what pip has to have brought
 */
export function condaPackageStates(
  yml: EnvironmentYml,
  contents: Contents,
  wanted: readonly Locked[],
  marker: CondaEnvironmentRecord | undefined,
): CondaPackageState[] {
  const asked = new Set([
    ...yml.conda.map((spec) => parseMatchSpec(spec).name),
    ...pinsOf(requirementsOf(yml).join('\n')).map(({ name }) => name),
  ]);
  return [...condaHalf(contents.conda, marker), ...pipHalfStates(contents.pip, wanted)]
    .map((state): CondaPackageState => (asked.has(state.name) ? { ...state, asked: true } : state))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function condaHalf(there: readonly CondaPackage[], marker: CondaEnvironmentRecord | undefined): CondaPackageState[] {
  const before = new Map((marker?.conda ?? []).map((text) => [text.split('=')[0] ?? '', text]));
  const versionIn = (text: string): string => text.split('=')[1] ?? '';
  const present = there.map((one): CondaPackageState => {
    const then = before.get(one.name);
    const drift = !marker || then === condaText(one) ? undefined : then ? 'version' : 'extra';
    const { name, version, build } = one;
    return { name, version, build, ...(then ? { locked: versionIn(then) } : {}), ...(drift ? { drift } : {}), from: 'conda' };
  });
  const gone = [...before].filter(([name]) => !there.some((one) => one.name === name));
  return [
    ...present,
    ...gone.map(([name, then]): CondaPackageState => ({ name, locked: versionIn(then), drift: 'missing', from: 'conda' })),
  ];
}

function pipHalfStates(there: Contents['pip'], wanted: readonly Locked[]): CondaPackageState[] {
  const versions = new Map(there.map(({ name, version }) => [name, version]));
  const names = new Set(wanted.map(({ name }) => name));
  const locked = wanted.map(({ name, version: lock }): CondaPackageState => {
    const version = versions.get(name);
    const drift = version === undefined ? 'missing' : sameVersion(version, lock) ? undefined : 'version';
    return { name, ...(version ? { version } : {}), locked: lock, ...(drift ? { drift } : {}), from: 'pip' };
  });
  const others = there
    .filter(({ name }) => !names.has(name))
    .map(
      ({ name, version }): CondaPackageState => ({
        name,
        version,
        ...(bootstrap.includes(name) ? {} : { drift: 'extra' as const }),
        from: 'pip',
      }),
    );
  return [...locked, ...others];
}
