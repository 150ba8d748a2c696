import { separatePatternsSince, wholePatternsSince } from '../../../knowledge/peft';
import { atLeast } from '../../../knowledge/satisfies';
import type { AdapterConfig } from '../config';
import { type Expression, isPlainName, type Matches } from './patterns';

/**
 * How a version of PEFT looks a module up in `rank_pattern` and `alpha_pattern`: `joint` takes the first key of both that matches behind a
 * dot, for both; `behind-dot` the first of each; `whole` the first of each that matches the whole name or its end.
 */
type PatternRule = 'joint' | 'behind-dot' | 'whole';

const ruleOf = (version: string): PatternRule =>
  atLeast(version, wholePatternsSince) ? 'whole' : atLeast(version, separatePatternsSince) ? 'behind-dot' : 'joint';

/** The scale of a module's matrices: its rank, and the alpha that is divided by it. */
export interface OwnValues {
  rank: number;
  alpha: number;
}

/** What PEFT computes with where nothing is said. */
export const usualAlpha = 8;

/** A module that a version of PEFT gives other values than it was trained with, or may have been. */
interface Changed {
  module: string;
  trained: OwnValues | undefined;
  read: OwnValues | undefined;
}

/** What `rank_pattern` and `alpha_pattern` of an adapter mean for its modules. */
export interface Patterns {
  /** The ranks that the configuration may mean for a module; `undefined` where that could not be judged. */
  ranksOf(module: string): readonly number[] | undefined;
  changedBy(version: string): Changed[];
  /** False where it has expressions and there was no Python. */
  isJudged: boolean;
  /** Each module's values in training; `undefined` where that is not known, as who wrote the adapter, and so by which rule, is not. */
  trained: ReadonlyMap<string, OwnValues> | undefined;
  /** Versions that read them as they were meant, in words; `undefined` where all do. */
  needs: string | undefined;
}

/** What has to be asked of a Python. */
export const patternExpressions = (config: AdapterConfig): Expression[] =>
  [...config.rankPattern.keys(), ...config.alphaPattern.keys()]
    .filter((key) => !isPlainName(key))
    .flatMap((key) => [behindDot(key), wholeName(key)]);

// `LoraModel._create_and_replace` before 0.14, and `get_pattern_key` since.
const behindDot = (key: string): Expression => ({ text: `.*\\.${key}$`, whole: false, written: key });
const wholeName = (key: string): Expression => ({ text: `(.*\\.)?(${key})$`, whole: false, written: key });

/**
 * Reads the two patterns by the rule of the PEFT that trained the adapter, which is told by what it wrote and by the ranks of its tensors.
 * @param ranks of the adapted modules, as their tensors have them
 */
export function patternsOf(config: AdapterConfig, matches: Matches, ranks: ReadonlyMap<string, number>): Patterns {
  const valuesBy = (rule: PatternRule) => new Map([...ranks.keys()].map((module) => [module, valuesOf(config, matches, rule, module)]));
  const rules = ['joint', 'behind-dot', 'whole'] as const;
  const values = { joint: valuesBy('joint'), 'behind-dot': valuesBy('behind-dot'), whole: valuesBy('whole') };
  const mayHaveWritten = rulesOfWriter(config);
  const fitting = mayHaveWritten.filter((rule) => [...ranks].every(([module, rank]) => (values[rule].get(module)?.rank ?? rank) === rank));
  const trainedBy = fitting.length > 0 ? fitting : mayHaveWritten;
  const differs = (module: string, one: PatternRule, other: PatternRule) =>
    one !== other && !isSame(values[one].get(module), values[other].get(module));
  const agree = (some: readonly PatternRule[]) =>
    [...ranks.keys()].every((module) => some.every((rule) => !differs(module, rule, some[0] as PatternRule)));
  const [first] = trainedBy as [PatternRule];
  const judged = [...values[first]].flatMap(([module, own]) => (own ? [[module, own] as const] : []));
  const isJudged = judged.length === ranks.size;
  return {
    ranksOf(module) {
      const found = mayHaveWritten.map((rule) => valuesOf(config, matches, rule, module)?.rank);
      return found.includes(undefined) ? undefined : [...new Set(found as number[])];
    },
    changedBy(version) {
      const rule = ruleOf(version);
      return [...ranks.keys()].flatMap((module) => {
        const other = trainedBy.find((each) => differs(module, each, rule));
        return other ? [{ module, trained: values[other].get(module), read: values[rule].get(module) }] : [];
      });
    },
    isJudged,
    trained: isJudged && agree(trainedBy) ? new Map(judged) : undefined,
    needs: !isJudged || agree(rules) ? undefined : agree(trainedBy) ? versionsBy[first] : 'the PEFT that trained it',
  };
}

const versionsBy: Readonly<Record<PatternRule, string>> = {
  joint: `a PEFT before ${separatePatternsSince}`,
  'behind-dot': `a PEFT from ${separatePatternsSince} on and before ${wholePatternsSince}`,
  whole: `PEFT ${wholePatternsSince} or newer`,
};

/** Nothing is the same as what could not be judged. */
const isSame = (one: OwnValues | undefined, other: OwnValues | undefined): boolean =>
  one !== undefined && other !== undefined && one.rank === other.rank && one.alpha === other.alpha;

function valuesOf(config: AdapterConfig, matches: Matches, rule: PatternRule, module: string): OwnValues | undefined {
  const { rankPattern, alphaPattern } = config;
  const keyIn = (keys: readonly string[]): string | undefined => {
    for (const key of keys) {
      const isIt = fits(key, rule, module, matches);
      if (isIt === undefined) return undefined;
      if (isIt) return key;
    }
    return module;
  };
  const ofRank = keyIn(rule === 'joint' ? [...rankPattern.keys(), ...alphaPattern.keys()] : [...rankPattern.keys()]);
  const ofAlpha = rule === 'joint' ? ofRank : keyIn([...alphaPattern.keys()]);
  if (ofRank === undefined || ofAlpha === undefined) return undefined;
  return { rank: rankPattern.get(ofRank) ?? config.rank, alpha: alphaPattern.get(ofAlpha) ?? config.alpha ?? usualAlpha };
}

function fits(key: string, rule: PatternRule, module: string, matches: Matches): boolean | undefined {
  if (isPlainName(key)) return module.endsWith(`.${key}`) || (rule === 'whole' && module === key);
  return matches(rule === 'whole' ? wholeName(key) : behindDot(key), module);
}

/** Keys that each version of PEFT from 0.7 on writes: a configuration without one of them was written, or cut, by somebody else. */
const always = [
  'auto_mapping',
  'bias',
  'inference_mode',
  'layers_pattern',
  'layers_to_transform',
  'modules_to_save',
  'revision',
  'alpha_pattern',
];

/** Every version writes all keys that it knows. The version itself stands there since 0.18. */
function rulesOfWriter({ writtenBy, fields }: AdapterConfig): readonly PatternRule[] {
  const has = (key: string) => Object.hasOwn(fields, key);
  if (writtenBy !== undefined) return [ruleOf(writtenBy)];
  if (has('corda_config') || has('trainable_token_indices')) return ['whole'];
  if (has('exclude_modules') && has('lora_bias')) return ['behind-dot'];
  return always.every(has) ? ['joint'] : ['joint', 'behind-dot', 'whole'];
}
