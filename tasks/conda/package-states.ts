import { condaText } from '../parse/conda-meta';
import { type EnvironmentYml, requirementsOf } from '../parse/environment-yml';
import { type Locked, normalizeName } from '../parse/lock';
import { parseMatchSpec } from '../parse/match-spec';
import { pinsOf } from '../parse/pins';
import type { PackageState } from '../venv/packages';
import type { Contents } from './packages';
import type { CondaMarker } from './record';

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
  marker: CondaMarker | undefined,
): CondaPackageState[] {
  const asked = new Set([
    ...yml.conda.map((spec) => parseMatchSpec(spec).name),
    ...pinsOf(requirementsOf(yml).join('\n')).map(({ name }) => name),
  ]);
  const mark = (name: string) => (asked.has(name) ? { asked: true as const } : {});
  const before = new Map((marker?.conda ?? []).map((text) => [text.split('=')[0] ?? '', text]));
  const versionIn = (text: string) => text.split('=')[1] ?? '';
  const conda = contents.conda.map((one): CondaPackageState => {
    const then = before.get(one.name);
    const drift = !marker || then === condaText(one) ? undefined : then ? 'version' : 'extra';
    return {
      name: one.name,
      version: one.version,
      build: one.build,
      ...(then ? { locked: versionIn(then) } : {}),
      ...(drift ? { drift } : {}),
      ...mark(one.name),
      from: 'conda',
    };
  });
  const gone = [...before]
    .filter(([name]) => !contents.conda.some((one) => one.name === name))
    .map(([name, then]): CondaPackageState => ({ name, locked: versionIn(then), drift: 'missing', ...mark(name), from: 'conda' }));
  const there = new Map(contents.pip.map(({ name, version }) => [normalizeName(name), version]));
  const pip = wanted.map(({ name, version: locked }): CondaPackageState => {
    const version = there.get(name);
    const drift = version === undefined ? 'missing' : version === locked || version.startsWith(`${locked}+`) ? undefined : 'version';
    return { name, ...(version ? { version } : {}), locked, ...(drift ? { drift } : {}), ...mark(name), from: 'pip' };
  });
  const known = new Set([...wanted.map(({ name }) => name), 'pip', 'setuptools', 'wheel']);
  const extra = contents.pip.map(
    ({ name, version }): CondaPackageState => ({
      name,
      version,
      ...(known.has(name) ? {} : { drift: 'extra' as const }),
      ...mark(name),
      from: 'pip',
    }),
  );
  const wantedNames = new Set(wanted.map(({ name }) => name));
  return [...conda, ...gone, ...pip, ...extra.filter(({ name }) => !wantedNames.has(name))].sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
}
