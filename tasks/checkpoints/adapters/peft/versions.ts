import { some } from '../../../common/format';
import {
  ignoresUnknownKeysSince,
  initializationsSince,
  keysWithoutEffect,
  laterKeys,
  loraKeys,
  methodsSince,
  methodsUntil,
  newestPeft,
  plainInitializations,
} from '../../../knowledge/peft';
import { atLeast } from '../../../knowledge/satisfies';
import type { AdapterConfig } from '../config';
import type { OwnValues, Patterns } from '../tensors/own-values';

/** How a version of PEFT takes an adapter's configuration. */
export interface VersionVerdict {
  /** Why it does not load there, or loads as something else; `undefined` where it loads as it is. */
  problem: string | undefined;
  /** Keys that this version does not know and that can be left out: they say nothing. */
  idle: readonly string[];
  /** What this version does not do: where there is any, no copy helps. */
  meaning: readonly string[];
  /** Its patterns are expressions that only a Python can judge, and there was none. */
  needsPython?: boolean;
  /** The first version that does all of it, in words: `PEFT 0.17.0 or newer`. */
  needs: string;
}

/**
 * Holds a configuration against a version.
 * @param patterns what its patterns mean for its modules; `undefined` where no tensors were read
 */
export function judgeVersion(
  { method, fields, initialization, writtenBy }: AdapterConfig,
  version: string,
  patterns?: Patterns,
): VersionVerdict {
  const since = methodsSince[method];
  const begun = method === 'LORA' ? initializationSince(initialization) : undefined;
  const reads = (first: string | undefined) => first === undefined || atLeast(version, first);
  const needs = [
    latest([...needsOf(method, fields), ...(since ? [since] : []), begun ?? '0.7.0']),
    ...(patterns?.needs ? [patterns.needs] : []),
  ].join(' that is ');
  if (since !== undefined && !reads(since))
    return {
      problem: `PEFT ${version} has no method \`${method}\`, which came with ${since}`,
      idle: [],
      meaning: [`\`${method}\``],
      needs,
    };
  if (since === undefined && atLeast(newestPeft, version))
    return { problem: `PEFT ${version} has no method \`${method}\``, idle: [], meaning: [`\`${method}\``], needs: latest([beyond]) };
  const until = methodsUntil[method];
  if (until !== undefined && atLeast(version, until)) {
    const before = `a PEFT before ${until}`;
    return { problem: `PEFT ${version} has no method \`${method}\` any more`, idle: [], meaning: [`\`${method}\``], needs: before };
  }
  const unknown = Object.keys(fields).filter((key) => !isKnown(method, key, version));
  const meaning = unknown.filter((key) => !isIdle(key, fields[key])).map((key) => `\`${key}\``);
  const isRefused = begun !== undefined && !reads(begun);
  if (isRefused && !plainInitializations.includes(String(initialization))) meaning.push(`\`init_lora_weights\` \`${initialization}\``);
  const [changed] = patterns?.changedBy(version) ?? [];
  // With each module named in full every version reads the same.
  if (changed && !patterns?.trained) meaning.push('what `rank_pattern` and `alpha_pattern` say');
  const idle = unknown.filter((key) => isIdle(key, fields[key]));
  const problem = problemOf();
  return { problem, idle, meaning, needs, needsPython: changed !== undefined && patterns?.isJudged === false };

  function problemOf(): string | undefined {
    const names = some(unknown.map((key) => `\`${key}\``));
    if (unknown.length > 0 && !atLeast(version, ignoresUnknownKeysSince))
      return `PEFT ${version} ends in a TypeError: it does not know ${names}${writtenBy ? `, which PEFT ${writtenBy} wrote` : ''}`;
    if (isRefused) return `PEFT ${version} ends in \`ValueError: Unknown initialization init_lora_weights='${initialization}'\``;
    if (changed && !patterns?.isJudged)
      return `PEFT ${version} may read \`rank_pattern\` and \`alpha_pattern\` otherwise than the PEFT that trained it: only a Python can tell`;
    if (changed)
      return `PEFT ${version} reads \`rank_pattern\` and \`alpha_pattern\` by another rule than ${
        patterns?.trained ? 'the PEFT that trained it' : 'the PEFT that may have trained it'
      }: \`${changed.module}\` gets ${valuesText(changed.read)}, not ${valuesText(changed.trained)}`;
    if (meaning.length === 0) return undefined;
    return `PEFT ${version} leaves out ${some(meaning)}, and so loads another model than was trained`;
  }
}

const valuesText = (values: OwnValues | undefined): string => (values ? `rank ${values.rank} and alpha ${values.alpha}` : 'others');

/** Since when a method has a key: `beyond` where no version is known to have it. A method's keys that are not listed came with it. */
function keySince(method: string, key: string): string | undefined {
  const ofLora = Object.hasOwn(loraKeys, key) ? loraKeys[key] : undefined;
  if (method === 'LORA') return ofLora ? ofLora.since : beyond;
  return method === 'ADALORA' && ofLora ? ofLora.since : laterKeys[key];
}

const isKnown = (method: string, key: string, version: string): boolean => {
  const since = keySince(method, key);
  return since === undefined || atLeast(version, since);
};

/** Whether a key says nothing: it has the value that stands where it is left out. */
function isIdle(key: string, value: unknown): boolean {
  if (keysWithoutEffect.includes(key)) return true;
  // The size of groups of something that is off.
  if (key === 'qalora_group_size') return true;
  const neutral = Object.hasOwn(loraKeys, key) ? loraKeys[key]?.neutral : null;
  return JSON.stringify(value) === JSON.stringify(neutral) || ['null', 'false', '[]', '{}', '""'].includes(JSON.stringify(value));
}

const needsOf = (method: string, fields: AdapterConfig['fields']): string[] =>
  Object.keys(fields).flatMap((key) => (isIdle(key, fields[key]) ? [] : [keySince(method, key) ?? '0.7.0']));

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
