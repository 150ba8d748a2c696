import { some } from '../core/text';
import { type CondaPackage, condaText } from '../parse/conda-meta';
import type { EnvironmentYml } from '../parse/environment-yml';
import type { Locked } from '../parse/lock';
import { matches, parseMatchSpec } from '../parse/match-spec';
import type { Contents } from './packages';
import type { CondaMarker } from './record';

/** How an environment of conda's differs from what it should be, package by package. */
export interface Drift {
  /** Specs of the file that nothing in the environment meets: `numpy<2 (2.0.1 is there)`. */
  specs: string[];
  /** Packages of conda's that are not what they were: `tinybin 1.0 → 2.0`, `tinylib 1.0 is gone`. */
  conda: string[];
  /** Packages of pip's that are missing or in another version: `rich 15.0.0 is missing`. */
  pip: { name: string; text: string }[];
  /** Packages that are there twice or from both. */
  twice: string[];
  /** Brought by a person: never taken away. */
  extra: string[];
}

/**
 * @param marker what the environment consisted of when it was finished; absent where just-lora did not make it
 * @param wanted what pip has to have brought
 */
export function driftOf(yml: EnvironmentYml, contents: Contents, wanted: readonly Locked[], marker: CondaMarker | undefined): Drift {
  const pip = new Map(contents.pip.map((one) => [one.name, one.version]));
  const names = contents.pip.map(({ name }) => name);
  const expected = new Set([...wanted.map(({ name }) => name), 'pip', 'setuptools', 'wheel']);
  const before = new Map((marker?.conda ?? []).map((text) => [text.split('=')[0] ?? '', text]));
  return {
    specs: yml.conda.flatMap((text) => specFault(text, contents.conda)),
    conda: [...before].flatMap(([name, then]) => {
      const now = contents.conda.find((one) => one.name === name);
      if (now && condaText(now) === then) return [];
      return [
        now
          ? `${name} ${versionIn(then)} → ${now.version}${now.version === versionIn(then) ? ` (${now.build})` : ''}`
          : `${name} ${versionIn(then)} is gone`,
      ];
    }),
    pip: wanted.flatMap(({ name, version }) => {
      const there = pip.get(name);
      if (there === undefined) return [{ name, text: `${name} ${version} is missing` }];
      return there === version || there.startsWith(`${version}+`) ? [] : [{ name, text: `${name} ${there}, the lock has ${version}` }];
    }),
    twice: [
      ...contents.both.map(({ name, conda, pip: over }) => `${name}: conda ${conda} and pip ${over}`),
      ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => `${name} is there twice`),
    ],
    extra: [
      ...(marker ? contents.conda.filter(({ name }) => !before.has(name)).map(({ name, version }) => `${name} ${version} (conda)`) : []),
      ...contents.pip.filter(({ name }) => !expected.has(name)).map(({ name, version }) => `${name} ${version} (pip)`),
    ],
  };
}

/** What is wrong, as one sentence; empty where nothing is. */
export function describeDrift({ specs, conda, pip, twice }: Drift): string {
  return [
    specs.length > 0 ? `conda half lacks ${some(specs)}` : '',
    conda.length > 0 ? `conda half changed: ${some(conda)}` : '',
    pip.length > 0 ? `pip half: ${some(pip.map(({ text }) => text))}` : '',
    twice.length > 0 ? `from both: ${some(twice)}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}

function specFault(text: string, conda: readonly CondaPackage[]): string[] {
  const spec = parseMatchSpec(text);
  const there = conda.find(({ name }) => name === spec.name);
  if (!there) return [`${text.trim()} (not there)`];
  return matches(spec, there.version, there.build) ? [] : [`${text.trim()} (${there.version} is there)`];
}

const versionIn = (text: string): string => text.split('=')[1] ?? '';
