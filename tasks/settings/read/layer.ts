import type { SettingsTree } from './merge';
import { type Position, pathKey } from './position';

/** One layer of settings as it was read: a file, a variable, or a `--set`. */
export interface SettingsLayer {
  name: string;
  tree: SettingsTree;
  /** Where the keys stand, by their path inside the file. */
  at: ReadonlyMap<string, Position>;
  /** How many leading keys of a settings path are not in the file: its part. */
  skip: number;
  /** Its lists by name (models, remotes) stand instead of the default ones, not beside them. */
  replacesRecords: boolean;
}

/** Something that is wrong in a layer. */
export interface SettingsProblem {
  /** File, line and column, or the variable or option. */
  where: string;
  text: string;
}

/** The position of a key, or of the nearest one above it that is in the file. */
export function whereIs(keys: readonly (string | number)[], layer: SettingsLayer): string {
  for (let length = keys.length; length >= layer.skip; length--) {
    const position: Position | undefined = layer.at.get(pathKey(keys.slice(layer.skip, length)));
    if (position) return `${layer.name}:${position.line}:${position.column}`;
  }
  return layer.name;
}
