import type * as v from 'valibot';
import { nearest } from '../parse/nearest';
import { isTree, type Tree } from './merge';
import { settingName } from './names';
import { type Position, pathKey } from './parse';
import { entriesOf, recordValueOf } from './schema';

/** One layer of settings as it was read. */
export interface Layer {
  name: string;
  tree: Tree;
  /** Where the keys stand, by their path inside the file. */
  at: ReadonlyMap<string, Position>;
  /** How many leading keys of a settings path are not in the file: its part. */
  skip: number;
}

export interface Problem {
  where: string;
  text: string;
}

/** A fault that the definition found in a layer, as file, line, column, path, value, expected. */
export function describeIssue(issue: v.BaseIssue<unknown>, layer: Layer): Problem[] {
  const keys = (issue.path ?? []).map((item) => item.key as string | number);
  const name = settingName(keys);
  const position = positionOf(keys.slice(layer.skip), layer);
  const where = position ? `${layer.name}:${position.line}:${position.column}` : layer.name;
  if (issue.type === 'strict_object' && issue.expected === 'never') return [{ where, text: unknownKey(issue, name) }];
  const expected = [issue.expected, requirement(issue)].filter(Boolean).join(', ') || issue.message;
  return [{ where, text: `${name} is ${shown(issue.input)}; expected ${expected}` }];
}

function unknownKey(issue: v.BaseIssue<unknown>, name: string): string {
  const last = issue.path?.at(-1);
  const key = String(last?.key);
  const known = knownKeys(issue);
  const meant = nearest(key, known);
  return `${name} is no setting; ${meant ? `did you mean \`${meant}\`?` : `expected one of ${known.join(', ')}`}`;
}

/** valibot's issue does not carry the object schema, but its parent input was parsed by a known place. */
function knownKeys(issue: v.BaseIssue<unknown>): string[] {
  const { definition } = require('./definition') as typeof import('./definition');
  let schema: unknown = definition;
  for (const item of issue.path?.slice(0, -1) ?? []) schema = entriesOf(schema)?.[String(item.key)] ?? recordValueOf(schema);
  return Object.keys(entriesOf(schema) ?? {}).filter((key) => key !== '$schema');
}

function positionOf(keys: readonly (string | number)[], layer: Layer): Position | undefined {
  for (let length = keys.length; length >= 0; length--) {
    const position = layer.at.get(pathKey(keys.slice(0, length)));
    if (position) return position;
  }
  return undefined;
}

function requirement(issue: v.BaseIssue<unknown>): string | undefined {
  const { requirement } = issue as { requirement?: unknown };
  if (issue.type === 'integer') return 'a whole number';
  if (issue.type === 'min_value') return `at least ${String(requirement)}`;
  if (issue.type === 'max_value') return `at most ${String(requirement)}`;
  if (issue.type === 'gt_value') return `more than ${String(requirement)}`;
  if (issue.type === 'min_length') return 'not empty';
  return undefined;
}

function shown(value: unknown): string {
  if (isTree(value)) return 'a mapping';
  if (Array.isArray(value)) return 'a list';
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
