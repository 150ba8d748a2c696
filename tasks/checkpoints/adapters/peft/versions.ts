import { some } from '../../../common/format';
import {
  ignoresUnknownKeysSince,
  initializationsSince,
  keysWithoutEffect,
  loraKeys,
  methodsSince,
  newestPeft,
  plainInitializations,
  wholePatternsSince,
} from '../../../knowledge/peft';
import { atLeast } from '../../../knowledge/satisfies';
import { fieldsOf } from '../../../untrusted/json';
import type { AdapterConfig } from '../config';

/** How a version of PEFT takes an adapter's configuration. */
export interface VersionVerdict {
  /** Why it does not load there, or loads as something else; `undefined` where it loads as it is. */
  problem: string | undefined;
  /** Keys that this version does not know and that can be left out: they say nothing. */
  idle: readonly string[];
  /** What this version does not do: where there is any, no copy helps. */
  meaning: readonly string[];
  /** The first version that does all of it, in words: `PEFT 0.17.0 or newer`. */
  needs: string;
}

/** Holds a configuration against a version. */
export function judgeVersion({ method, fields, initialization, writtenBy }: AdapterConfig, version: string): VersionVerdict {
  const since = methodsSince[method];
  const reads = (first: string | undefined) => first === undefined || atLeast(version, first);
  const patterns = ['rank_pattern', 'alpha_pattern'].flatMap((key) => Object.keys(fieldsOf(fields[key]) ?? {}).filter(isWhole));
  const needs = latest([
    ...needsOf(fields),
    ...(patterns.length > 0 ? [wholePatternsSince] : []),
    ...(since ? [since] : []),
    initializationSince(initialization) ?? '0.7.0',
  ]);
  if (since !== undefined && !reads(since))
    return {
      problem: `PEFT ${version} has no method \`${method}\`, which came with ${since}`,
      idle: [],
      meaning: [`\`${method}\``],
      needs,
    };
  if (method !== 'LORA') return { problem: undefined, idle: [], meaning: [], needs };
  const unmatched = atLeast(version, wholePatternsSince) ? [] : patterns;
  const unknown = Object.keys(fields).filter((key) => !isKnown(key, version));
  const meaning = unknown.filter((key) => !isIdle(key, fields[key])).map((key) => `\`${key}\``);
  meaning.push(...unmatched.map((key) => `the pattern \`${key}\``));
  const begun = initializationSince(initialization);
  const isRefused = begun !== undefined && !reads(begun);
  if (isRefused && !plainInitializations.includes(String(initialization))) meaning.push(`\`init_lora_weights\` \`${initialization}\``);
  const idle = unknown.filter((key) => isIdle(key, fields[key]));
  const problem = problemOf();
  return { problem, idle, meaning, needs };

  function problemOf(): string | undefined {
    const names = some(unknown.map((key) => `\`${key}\``));
    if (unknown.length > 0 && !atLeast(version, ignoresUnknownKeysSince))
      return `PEFT ${version} ends in a TypeError: it does not know ${names}${writtenBy ? `, which PEFT ${writtenBy} wrote` : ''}`;
    if (isRefused) return `PEFT ${version} ends in \`ValueError: Unknown initialization init_lora_weights='${initialization}'\``;
    if (meaning.length === 0) return undefined;
    return `PEFT ${version} leaves out ${some(meaning)}, and so loads another model than was trained`;
  }
}

/** A pattern that is held against whole names: behind a dot it matches none. */
const isWhole = (key: string): boolean => key.startsWith('^');

/** A key that no version is known to have is told by a newer one: it counts by what it says. */
const isKnown = (key: string, version: string): boolean => {
  const known = Object.hasOwn(loraKeys, key) ? loraKeys[key] : undefined;
  return known !== undefined && (known.since === undefined || atLeast(version, known.since));
};

/** Whether a key says nothing: it has the value that stands where it is left out. */
function isIdle(key: string, value: unknown): boolean {
  if (keysWithoutEffect.includes(key)) return true;
  // The size of groups of something that is off.
  if (key === 'qalora_group_size') return true;
  const neutral = Object.hasOwn(loraKeys, key) ? loraKeys[key]?.neutral : null;
  return JSON.stringify(value) === JSON.stringify(neutral) || ['null', 'false', '[]', '{}', '""'].includes(JSON.stringify(value));
}

const needsOf = (fields: AdapterConfig['fields']): string[] =>
  Object.keys(fields).flatMap((key) => {
    if (isIdle(key, fields[key])) return [];
    return Object.hasOwn(loraKeys, key) ? [loraKeys[key]?.since ?? '0.7.0'] : [beyond];
  });

function initializationSince(initialization: AdapterConfig['initialization']): string | undefined {
  if (typeof initialization !== 'string') return undefined;
  const name = initialization.toLowerCase().replace(/_niter_\d+$/, '');
  return Object.hasOwn(initializationsSince, name) ? initializationsSince[name] : beyond;
}

/** Stands for a version that is newer than those that were looked at. */
const beyond = '999';

function latest(versions: readonly string[]): string {
  const last = versions.reduce((best, version) => (atLeast(version, best) ? version : best), '0.7.0');
  return last === beyond ? `one newer than PEFT ${newestPeft}` : `PEFT ${last} or newer`;
}
