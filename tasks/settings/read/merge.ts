export type SettingsTree = { [key: string]: unknown };

/** Where the value of each path came from: a file with its line, a variable, `--set`, or `default`. */
export type Origins = ReadonlyMap<string, string>;

export const isTree = (value: unknown): value is SettingsTree => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Mappings merge key by key; anything else, lists too, is replaced. Neither side is changed. */
export function merge(under: SettingsTree, over: SettingsTree): SettingsTree {
  const entries = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = entries.get(key);
    entries.set(key, isTree(value) && isTree(below) ? merge(below, value) : value);
  }
  return Object.fromEntries(entries);
}

/** `{a: {b: value}}` for the path a.b. */
export function nest(path: readonly string[], value: unknown): SettingsTree {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as SettingsTree;
}

/** What stands at a path, `undefined` where nothing does. */
export function valueAt(tree: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' && Object.hasOwn(inner, key) ? (inner as SettingsTree)[key] : undefined),
    tree,
  );
}

/** Every path of a tree that leads to something other than a mapping. */
export function leaves(tree: SettingsTree, above: readonly string[] = []): { path: string[]; value: unknown }[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) && Object.keys(value).length > 0 ? leaves(value, [...above, key]) : [{ path: [...above, key], value }],
  );
}

/** JSON has no comments: keys that begin with `//` are read as such, at any depth. */
export function withoutComments(value: unknown): unknown {
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('//'))
      .map(([key, inner]) => [key, withoutComments(inner)]),
  );
}
