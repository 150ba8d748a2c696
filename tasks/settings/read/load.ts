import * as v from 'valibot';
import type { Environment } from '../../common/environment';
import { type Fault, UserError } from '../../common/errors';
import type { Host } from '../../platform';
import { settingName } from '../check/names';
import { missingIn, problemsOf } from '../check/problems';
import { definition, type Settings } from '../schema/definition';
import { recordValueOf, schemaEntries } from '../schema/shape';
import type { SettingsLayer, SettingsProblem } from './layer';
import { fileLayers, mergeLayer, setLayers, variableLayers } from './layers';
import { leaves, type Origins, type SettingsTree, valueAt } from './merge';
import { pathKey } from './position';
import { withNewNames } from './renew-names';

export interface LoadedSettings {
  settings: Settings;
  origins: Origins;
  /** What is wrong, all of it. The settings are then those of the layers that are right. */
  fault?: Fault;
  /** Names that will not be read for ever, each by file, line and column. */
  warnings: string[];
}

/**
 * Defaults ← files ← the machine's own files ← environment variables ← `--set`.
 * @throws UserError E_CONFIG, exit code 2, with every fault of every layer
 */
export function loadSettings(host: Host, root: string, environment: Environment, sets: readonly string[] = []): LoadedSettings {
  const loaded = readSettings(host, root, environment, sets);
  if (loaded.fault) throw new UserError(loaded.fault, 2);
  return loaded;
}

/**
 * The settings for a look that goes on though some are wrong: those that are right.
 * @throws UserError E_CONFIG, exit code 2, where `--set` is wrong: that is no state of the project
 */
export function readSettings(host: Host, root: string, environment: Environment, sets: readonly string[] = []): LoadedSettings {
  const problems: SettingsProblem[] = [];
  const warnings: string[] = [];
  const files = withNewNames(fileLayers(host, root, environment, problems), problems, warnings);
  const known = mergedOf(files);
  const given = [...variableLayers(host, known, problems), ...setLayers(sets, known, problems)];
  const layers = [...files, ...withNewNames(given, problems, warnings)];
  const right = layers.filter((layer) => {
    const found = problemsOf(layer);
    problems.push(...found);
    return found.length === 0;
  });
  const merged = mergedOf(right);
  if (problems.length === 0) problems.push(...missingIn(merged, layers), ...conflictsIn(merged));
  if (problems.some(({ where }) => where.startsWith('--set'))) throw new UserError(faultOf(problems), 2);
  const parsed = v.safeParse(definition, merged);
  const settings = parsed.success ? parsed.output : v.parse(definition, empty);
  const used = parsed.success ? right : [];
  return { settings, origins: originsOf(settings, used), warnings, ...(problems.length > 0 ? { fault: faultOf(problems) } : {}) };
}

const empty = { setup: {}, paths: {}, training: {} };

function mergedOf(layers: readonly SettingsLayer[]): SettingsTree {
  const records = recordsIn(definition);
  return layers.reduce((below, layer) => mergeLayer(below, layer, records), v.parse(definition, empty) as SettingsTree);
}

/** Where the definition has mappings by name: `models`, `remotes`. */
function recordsIn(schema: unknown, above: readonly string[] = []): string[][] {
  return Object.entries(schemaEntries(schema) ?? {}).flatMap(([key, inner]) =>
    recordValueOf(inner) ? [[...above, key]] : recordsIn(inner, [...above, key]),
  );
}

/** What no setting alone can get wrong. */
function conflictsIn(merged: SettingsTree): SettingsProblem[] {
  const { output } = v.safeParse(definition, merged) as { output: Settings };
  const { warn_gb, error_gb } = output.setup.storage;
  if (error_gb <= warn_gb) return [];
  const text = `storage.error_gb (${error_gb}) is above storage.warn_gb (${warn_gb}); expected it to be the lower one`;
  return [{ where: 'the merged settings', text }];
}

function originsOf(settings: Settings, layers: readonly SettingsLayer[]): Origins {
  const origins = new Map<string, string>();
  for (const { path: keys } of leaves(settings as SettingsTree)) {
    const from = layers.findLast((layer) => valueAt(layer.tree, keys) !== undefined);
    const line = from?.at.get(pathKey(keys.slice(from.skip)))?.line;
    origins.set(settingName(keys), from ? (line ? `${from.name}:${line}` : from.name) : 'default');
  }
  return origins;
}

function faultOf(problems: readonly SettingsProblem[]): Fault {
  return {
    code: 'E_CONFIG',
    found: `${problems.length === 1 ? 'a setting is' : `${problems.length} settings are`} wrong`,
    tail: problems.map(({ where, text }) => `${where}: ${text}`).join('\n'),
    fix: 'correct what is named above; docs/CONFIGURATION.md lists every setting',
  };
}
