import { some } from '../../common/format';
import type { CondaPackage } from '../prefix/conda-meta';
import type { EnvironmentYml } from '../venv/lock/environment-yml';
import type { Locked } from '../venv/lock/lock-file';
import type { CondaEnvironmentRecord } from './environment-record';
import { matches, parseMatchSpec } from './packages/match-spec';
import { type CondaPackageState, condaPackageStates } from './packages/package-states';
import type { Contents } from './packages/packages';

/** How an environment of conda's differs from what it should be, each difference as a few words. */
export interface Drift {
  /** Specs of the file that nothing in the environment meets: `numpy<2 (2.0.1 is there)`. */
  specs: readonly string[];
  /** Packages of conda's that are not what they were: `tinybin 1.0 → 2.0`, `tinylib 1.0 is gone`. */
  conda: readonly string[];
  /** Packages of pip's that are missing or in another version: `rich 15.0.0 is missing`. */
  pip: readonly string[];
  /** Packages that are there twice or from both. */
  twice: readonly string[];
  /** Brought by a person: never taken away. */
  extra: readonly string[];
  /** Every package, those that differ too, for `--json`. */
  packages: CondaPackageState[];
}

/**
 * @param marker what the environment consisted of when it was finished; absent where just-lora did not make it
 * @param wanted what pip has to have brought
 */
export function driftOf(
  yml: EnvironmentYml,
  contents: Contents,
  wanted: readonly Locked[],
  marker: CondaEnvironmentRecord | undefined,
): Drift {
  const packages = condaPackageStates(yml, contents, wanted, marker);
  const differing = (half: 'conda' | 'pip') => packages.filter(({ from, drift }) => from === half && drift && drift !== 'extra');
  return {
    specs: unmetSpecs(yml, contents.conda),
    conda: differing('conda').map(condaDifference),
    pip: differing('pip').map(pipDifference),
    twice: [
      ...contents.both.map(({ name, conda, pip }) => `${name}: conda ${conda} and pip ${pip}`),
      ...repeated(contents.pip.map(({ name }) => name)).map((name) => `${name} is there twice`),
    ],
    extra: packages.filter(({ drift }) => drift === 'extra').map(({ name, version, from }) => `${name} ${version} (${from})`),
    packages,
  };
}

/** Is something wrong with conda's half, or with both halves at once? Nothing can be mended in there, then. */
export const isCondaBroken = ({ specs, conda, twice }: Drift): boolean => specs.length + conda.length + twice.length > 0;

/** Every difference that has to be mended. */
export const changesOf = ({ specs, conda, pip, twice }: Drift): string[] => [...specs, ...conda, ...pip, ...twice];

/** What is wrong, as one sentence; empty where nothing is. */
export function describeDrift({ specs, conda, pip, twice }: Drift): string {
  return [
    specs.length > 0 ? `conda half lacks ${some(specs)}` : '',
    conda.length > 0 ? `conda half changed: ${some(conda)}` : '',
    pip.length > 0 ? `pip half: ${some(pip)}` : '',
    twice.length > 0 ? `from both: ${some(twice)}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}

/** Specs of the conda half that nothing meets, each with what is there. */
export function unmetSpecs(yml: EnvironmentYml, conda: readonly CondaPackage[]): string[] {
  return yml.conda.flatMap((text) => {
    const spec = parseMatchSpec(text);
    const there = conda.find(({ name }) => name === spec.name);
    if (!there) return [`${text.trim()} (not there)`];
    return matches(spec, there.version, there.build) ? [] : [`${text.trim()} (${there.version} is there)`];
  });
}

function condaDifference({ name, locked, version, build }: CondaPackageState): string {
  if (version === undefined) return `${name} ${locked} is gone`;
  return `${name} ${locked} → ${version}${version === locked ? ` (${build})` : ''}`;
}

function pipDifference({ name, locked, version }: CondaPackageState): string {
  return version === undefined ? `${name} ${locked} is missing` : `${name} ${version}, the lock has ${locked}`;
}

const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
