import * as v from 'valibot';
import { nearest } from '../../common/nearest';
import { type SettingsLayer, type SettingsProblem, whereIs } from '../read/layer';
import { isTree, type SettingsTree, valueAt } from '../read/merge';
import { pathKey } from '../read/position';
import { variablePrefix } from '../read/sources';
import { definition } from '../schema/definition';
import { isNullable, recordValueOf, schemaEntries, schemaUnder } from '../schema/shape';
import { expectation, shownValue } from './expected';
import { settingName, variableForm } from './names';

/**
 * All that is wrong in one layer. Each is judged by itself, so that a wrong value is reported where it
 * stands even if it is overridden; what is missing in it may stand in another.
 */
export function problemsOf(layer: SettingsLayer): SettingsProblem[] {
  const shape = shapeProblems(layer, definition, layer.tree, []);
  const told = new Set<string>();
  const wrong = (v.safeParse(definition, layer.tree).issues ?? []).filter(isAboutValue).flatMap((issue) => {
    const keys = pathOf(issue);
    // One fault is enough for one value: the first says the most.
    if (told.has(pathKey(keys)) || (typeof issue.input === 'number' && !Number.isFinite(issue.input))) return [];
    told.add(pathKey(keys));
    return [{ where: whereIs(keys, layer), text: `${settingName(keys)} is ${shownValue(issue.input)}; expected ${expectation(issue)}` }];
  });
  return [...shape, ...wrong].sort((one, other) => placeOf(one) - placeOf(other));
}

/** What no layer says though it must be said, reported at the topmost layer that says something beside it. */
export function missingIn(merged: SettingsTree, layers: readonly SettingsLayer[]): SettingsProblem[] {
  return (v.safeParse(definition, merged).issues ?? []).map((issue) => {
    const keys = pathOf(issue);
    const layer = layers.findLast(({ tree }) => valueAt(tree, keys.slice(0, -1)) !== undefined);
    const where = layer ? whereIs(keys, layer) : 'the merged settings';
    return { where, text: `${settingName(keys)} is missing; ${settingName(keys.slice(0, -1))} needs it` };
  });
}

/** Mappings are looked at here and not by valibot, which names the first unknown key only and takes a list for a mapping. */
function shapeProblems(layer: SettingsLayer, schema: unknown, value: unknown, keys: readonly string[]): SettingsProblem[] {
  const entries = schemaEntries(schema);
  const name = settingName(keys);
  if (!entries && !recordValueOf(schema))
    // `.inf` is a number in YAML, and in no setting.
    return typeof value === 'number' && !Number.isFinite(value)
      ? [{ where: whereIs(keys, layer), text: `${name} is ${value}; expected a finite number` }]
      : [];
  if (value === null && isNullable(schema)) return [];
  if (!isTree(value)) return [{ where: whereIs(keys, layer), text: `${name} is ${shownValue(value)}; expected a mapping` }];
  return Object.entries(value).flatMap(([key, inner]) => {
    const under = schemaUnder(schema, key);
    const path = [...keys, key];
    // valibot passes over these names.
    if (under === undefined || ['__proto__', 'prototype', 'constructor'].includes(key))
      return [{ where: whereIs(path, layer), text: unknownKey(path, Object.keys(entries ?? {}), layer) }];
    return shapeProblems(layer, under, inner, path);
  });
}

function unknownKey(path: readonly string[], siblings: readonly string[], layer: SettingsLayer): string {
  // In no file: there the other parts have files of their own, and names begin with the part.
  const parts = layer.skip === 0 && path.length === 2 ? Object.keys(definition.entries).filter((part) => part !== path[0]) : [];
  const known = [...siblings.filter((key) => key !== '$schema'), ...parts];
  const name = settingName(path);
  const key = path.at(-1) ?? '';
  if (key.trim() === '')
    return `a setting without a name${path.length > 2 ? ` under ${settingName(path.slice(0, -1))}` : ''}; expected a name`;
  if (layer.name.startsWith(variablePrefix)) {
    // One underscore is a part of a name; what was meant is the variable whose underscores are all single.
    const all = variablesOf(definition, []);
    const flat = (text: string) => text.replace(/_+/g, '_');
    const meant = all.find((each) => flat(each) === flat(layer.name)) ?? nearest(layer.name, all);
    return `sets the unknown setting \`${name}\`; ${meant ? `did you mean \`${meant}\`?` : 'docs/CONFIGURATION.md lists every variable'}`;
  }
  const meant = nearest(key, known);
  if (meant) return `unknown setting ${name}; did you mean \`${settingName([...path.slice(0, -1), meant])}\`?`;
  const names = namesOf(definition, []);
  // A setting of that name, or a section: `arguments` of a file is `training.arguments` on a command line.
  const within = names.find((each) => each.includes(`.${key}.`));
  const elsewhere = names.find((each) => each.split('.').at(-1) === key) ?? within?.slice(0, within.indexOf(`.${key}.`) + 1 + key.length);
  return `unknown setting ${name}; ${elsewhere ? `did you mean \`${elsewhere}\`?` : `${known.length > 0 ? `expected one of ${known.join(', ')}` : 'expected another name'}`}`;
}

/** Issues with the mappings themselves are found by `shapeProblems`, and what is missing by `missingIn`. */
const isAboutValue = (issue: v.BaseIssue<unknown>): boolean => !['strict_object', 'record'].includes(issue.type);

const pathOf = (issue: v.BaseIssue<unknown>): (string | number)[] => (issue.path ?? []).map((item) => item.key as string | number);

const namesOf = (schema: unknown, above: readonly string[]): string[] =>
  Object.entries(schemaEntries(schema) ?? {}).flatMap(([key, inner]) =>
    key === '$schema' ? [] : schemaEntries(inner) ? namesOf(inner, [...above, key]) : [settingName([...above, key])],
  );

const variablesOf = (schema: unknown, above: readonly string[]): string[] =>
  namesOf(schema, above).map((name) => variablePrefix + name.split('.').map(variableForm).join('__'));

/** For sorting: no line is a million characters long, for no file is. */
function placeOf({ where }: SettingsProblem): number {
  const [, line = 0, column = 0] = (/:(\d+):(\d+)$/.exec(where) ?? []).map(Number);
  return line * 1e6 + column;
}
