import { settingName, variableForm } from '../check/names';
import { type SettingsLayer, type SettingsProblem, whereIs } from './layer';
import { isTree, type SettingsTree, valueAt } from './merge';
import { pathKey } from './position';
import { renamedUnder } from './renamed-settings';
import { variablePrefix } from './sources';

/**
 * Layers by the names of today, and a warning for each old name in them. An old name beside the new one, in one
 * file, among the variables or among the `--set`, is a problem: nothing says which of the two is meant.
 */
export function withNewNames(layers: readonly SettingsLayer[], problems: SettingsProblem[], warnings: string[]): SettingsLayer[] {
  return layers.map((layer) =>
    renewed(
      layer,
      layers.filter((other) => sourceOf(other) === sourceOf(layer)),
      problems,
      warnings,
    ),
  );
}

function renewed(layer: SettingsLayer, beside: readonly SettingsLayer[], problems: SettingsProblem[], warnings: string[]): SettingsLayer {
  const at = new Map(layer.at);
  const renew = (tree: SettingsTree, above: readonly string[]): SettingsTree =>
    Object.fromEntries(
      Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
        const old = [...above, key];
        const to = renamedUnder(above).find(({ from }) => from === key)?.to;
        if (to === undefined) return [[key, isTree(value) ? renew(value, old) : value]];
        const now = [...above, to];
        const where = whereIs(old, layer);
        const text = `${written(old, layer)} is now called ${written(now, layer)}`;
        if (beside.some((each) => valueAt(each.tree, now) !== undefined)) {
          problems.push({ where, text: `${text}, and both are there; remove ${written(old, layer)}` });
          return [];
        }
        warnings.push(`${where}: ${text}; the next version reads only the new name`);
        const position = at.get(pathKey(old.slice(layer.skip)));
        if (position) at.set(pathKey(now.slice(layer.skip)), position);
        return [[to, value]];
      }),
    );
  return { ...layer, tree: renew(layer.tree, []), at };
}

/** A file is a source by itself; variables are one, and so are options. */
const sourceOf = ({ name }: SettingsLayer): string => (name.startsWith(variablePrefix) ? variablePrefix : name);

/** A setting as a person writes it there. */
const written = (keys: readonly string[], { name }: SettingsLayer): string =>
  name.startsWith(variablePrefix) ? variablePrefix + settingName(keys).split('.').map(variableForm).join('__') : settingName(keys);
