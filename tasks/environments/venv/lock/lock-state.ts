import * as path from 'node:path';
import { some } from '../../../common/format';
import { sha256 } from '../../../common/hash';
import type { Context } from '../../../engine/context';
import type { Inputs } from '../../../engine/state';
import type { EnvironmentDefinition } from '../definition';
import { requirementsText } from '../requirements';
import { headerOf, type Locked, meaningOf, parseLock } from './lock-file';
import { pinsOf } from './pins';

/** Whether a lock is what its requirements ask for. */
export type LockState =
  | { state: 'fresh'; packages: Locked[] }
  /** `packages` are those of the lock as it is: none where it is not there. */
  | { state: 'stale'; found: string; changed: string[]; packages: Locked[] }
  | { state: 'blocked'; code: string; found: string; needed: string; fix: string };

/** The files that a lock is made of, each with the hash of what it means: comments and order mean nothing. */
export function lockInputs(context: Context, { requirements, constraints, overrides }: EnvironmentDefinition): Inputs {
  const entries = [requirements, constraints, overrides].flatMap((file) => {
    const text = requirementsText(context, { requirements: file });
    return text === undefined ? [] : [[file, sha256(meaningOf(text))] as const];
  });
  return Object.fromEntries(entries);
}

/** The line of a lock's head that says after which moment nothing counted: another machine obeys it too, and makes the same lock. */
export const cutoffName = 'exclude-newer';

/**
 * The comments that begin a lock: what it was made of.
 * @param cutoff the moment after which nothing counted
 */
export function lockHeader(inputs: Inputs, { requirements, lockTask, pythonVersion }: EnvironmentDefinition, cutoff?: string): string {
  return [
    `# Every package of ${requirements} and all that they need, with hashes.`,
    `# Made by \`npx just ${lockTask}\`: edit ${requirements} instead.`,
    `# python: ${pythonVersion}`,
    ...(cutoff ? [`# ${cutoffName}: ${cutoff}`] : []),
    ...Object.entries(inputs).map(([file, hash]) => `# ${file}: ${hash}`),
    '',
  ].join('\n');
}

/** A look at the lock: is it there, can it be read, is it made of the requirements as they are now? */
export function lockState(context: Context, definition: EnvironmentDefinition): LockState {
  const { root, host } = context;
  const { requirements, lock, lockTask, pythonVersion } = definition;
  const wanted = requirementsText(context, definition);
  if (wanted === undefined)
    return {
      state: 'blocked',
      code: 'E_REQUIREMENTS_MISSING',
      found: `\`${requirements}\` is not there`,
      needed: 'the list of libraries that a person edits',
      fix: '`npx just mkdirs` writes the one that the project starts from',
    };
  const text = host.files.readText(path.resolve(root, lock));
  if (text === undefined) return { state: 'stale', found: `\`${lock}\` is not there`, changed: [], packages: [] };
  let packages: Locked[];
  try {
    packages = parseLock(text);
  } catch (error) {
    return corrupt(definition, `cannot be read: ${(error as Error).message}`);
  }
  const inputs = { ...lockInputs(context, definition), python: pythonVersion };
  const changed = Object.entries(inputs).flatMap(([name, now]) => {
    const then = headerOf(text, name);
    // A lock that was made by hand says nothing: then only its contents count.
    return then === undefined || then === now ? [] : [name === 'python' ? `Python ${then} → ${now}` : `${name} changed`];
  });
  const absent = pinsOf(wanted).filter(
    ({ name, version }) => !packages.some((locked) => locked.name === name && (version === undefined || locked.version === version)),
  );
  if (changed.length > 0) return { state: 'stale', found: `\`${lock}\` was made of something else`, changed, packages };
  if (absent.length === 0) return { state: 'fresh', packages };
  const names = some(absent.map(({ name, version }) => (version ? `${name} ${version}` : name)));
  return headerOf(text, requirements) === undefined
    ? { state: 'stale', found: `\`${lock}\` lacks ${names}`, changed: [`${requirements} changed`], packages }
    : corrupt(definition, `lacks ${names}, which \`${requirements}\` asks for; \`npx just ${lockTask}\` put it there`);
}

const corrupt = ({ lock, lockTask }: EnvironmentDefinition, what: string): LockState => ({
  state: 'blocked',
  code: 'E_LOCK_CORRUPT',
  found: `\`${lock}\` ${what}`,
  needed: 'a lock as it was made',
  fix: `\`git checkout ${lock}\`, or make it again: \`npx just ${lockTask} --force\``,
});
