import { isTree, type SettingsTree } from '../read/merge';
import { renamedUnder } from '../read/renamed-settings';
import { definition } from '../schema/definition';
import { recordValueOf, schemaEntries, schemaUnder } from '../schema/shape';

/** The files of the settings: `setup` is the one that names do not mention. */
const parts = Object.keys(definition.entries);

/** Whether a name begins with the part that it is in: `paths.models_dir`, but `storage.warn_gb`. */
const isPart = (key: string | undefined): boolean => key !== undefined && parts.includes(key);

/** A setting as a person writes it: `storage.warn_gb`, `paths.models_dir`, `training.lora.rank`. */
export const settingName = (keys: readonly (string | number)[]): string =>
  (keys[0] === 'setup' && keys.length > 1 ? keys.slice(1) : keys).join('.');

/**
 * The keys of a setting that a person wrote with dots. Names of models have dots of their own:
 * `models.llama-3.1-8b.revision` is three keys, by the names that are known and by what may stand under them.
 */
export function keysOfName(name: string, known: SettingsTree): string[] {
  const words = name.split('.');
  return resolve(isPart(words[0]) ? words : ['setup', ...words], '.', known, (word) => word);
}

/**
 * The keys of a setting that a variable names: `STORAGE__WARN_GB` is storage.warn_gb. Variables are upper
 * case and have no `-` and `.`: `MODELS__LLAMA_3_1_8B__REVISION` is what the settings call `llama-3.1-8b`.
 */
export function keysOfVariable(name: string, known: SettingsTree): string[] {
  const words = name.split('__');
  return resolve(isPart(words[0]?.toLowerCase()) ? words : ['setup', ...words], '__', known, variableForm);
}

/** The variable that sets a setting, without its prefix. */
export const variableForm = (key: string): string => key.toUpperCase().replace(/[^A-Z0-9]/g, '_');

function resolve(words: readonly string[], joint: string, known: SettingsTree, form: (key: string) => string): string[] {
  const same = (key: string, word: string) => form(key) === form(word);
  const keys: string[] = [];
  let schema: unknown = definition;
  let tree: unknown = known;
  let rest = [...words];
  while (rest.length > 0) {
    const entries = schemaEntries(schema);
    const names = [...Object.keys(entries ?? (isTree(tree) ? tree : {})), ...oldNames(keys)];
    const value = recordValueOf(schema);
    // The longest known name first; then the shortest that leaves a key which may stand under it.
    const lengths = Array.from({ length: value ? rest.length : 1 }, (_, index) => index + 1);
    const wordOf = (length: number) => rest.slice(0, length).join(joint);
    const match = lengths.findLast((length) => names.some((key) => same(key, wordOf(length))));
    const under = [...Object.keys(schemaEntries(value) ?? {}), ...oldNames([...keys, '*'])];
    const length = match ?? lengths.find((each) => each === rest.length || under.some((key) => same(key, rest[each] ?? ''))) ?? 1;
    const key = names.find((each) => same(each, wordOf(length))) ?? (joint === '.' ? wordOf(length) : wordOf(length).toLowerCase());
    keys.push(key);
    schema = schemaUnder(schema, key);
    tree = isTree(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
    rest = rest.slice(length);
  }
  return keys;
}

const oldNames = (keys: readonly string[]): string[] => renamedUnder(keys).map(({ from }) => from);
