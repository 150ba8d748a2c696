import * as path from 'node:path';
import * as v from 'valibot';
import type { Environment } from '../core/context';
import { UserError } from '../core/errors';
import type { Host } from '../core/host';
import { definition, type Settings } from './definition';
import { isTree, leaves, merge, nest, type Origins, type Tree, withoutComments } from './merge';
import { isPart, settingName } from './names';
import { parseJson, parseYaml, SyntaxFault } from './parse';
import { describeIssue, type Layer, type Problem } from './problems';
import { entriesOf } from './schema';
import { foreignVariables, reservedVariables, sourcesFor, variablePrefix } from './sources';

export interface Loaded {
  settings: Settings;
  origins: Origins;
}

const largestFile = 1_000_000;

/**
 * Defaults ← files ← the machine's own files ← environment variables ← `--set`.
 * @throws UserError E_CONFIG, exit code 2, with every fault of every layer
 */
export function loadSettings(host: Host, root: string, environment: Environment, sets: readonly string[] = []): Loaded {
  const problems: Problem[] = [];
  const layers = [...fileLayers(host, root, environment, problems), ...variableLayers(host, problems), ...setLayers(sets, problems)];
  // Each layer is judged by itself, so that a wrong value is reported where it stands even if it is overridden.
  for (const layer of layers) {
    const { issues } = v.safeParse(definition, layer.tree);
    for (const issue of issues ?? []) problems.push(...describeIssue(issue as v.BaseIssue<unknown>, layer));
  }
  const merged = layers.reduce<Tree>((tree, layer) => merge(tree, layer.tree), { setup: {}, paths: {}, training: {} });
  if (problems.length > 0) throw configError(problems);
  const settings = v.parse(definition, merged);
  const { warn_gb, error_gb } = settings.setup.storage;
  if (error_gb > warn_gb)
    throw configError([
      {
        where: 'the merged settings',
        text: `storage.error_gb (${error_gb}) is above storage.warn_gb (${warn_gb}); expected the error threshold to be the lower one`,
      },
    ]);
  return { settings, origins: originsOf(settings, layers) };
}

function* fileLayers(host: Host, root: string, environment: Environment, problems: Problem[]): Generator<Layer> {
  for (const { part, file } of sourcesFor(environment)) {
    const text = host.files.readText(path.join(root, file));
    if (text === undefined) continue;
    if (text.length > largestFile) {
      problems.push({ where: file, text: `${text.length} bytes; expected settings, at most ${largestFile} bytes` });
      continue;
    }
    try {
      const { value, at } = file.endsWith('.json') ? parseJson(text) : parseYaml(text);
      if (value === undefined || value === null) continue;
      yield { name: file, tree: { setup: {}, paths: {}, training: {}, [part]: withoutComments(value) }, at, skip: 1 };
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      problems.push({ where: `${file}:${error.position.line}:${error.position.column}`, text: error.message });
    }
  }
}

function* variableLayers(host: Host, problems: Problem[]): Generator<Layer> {
  for (const name of Object.keys(host.env).sort()) {
    const foreign = foreignVariables[name];
    if (!foreign && (!name.startsWith(variablePrefix) || reservedVariables.includes(name))) continue;
    const keys = foreign ? foreign.split('.') : settingOf(name.slice(variablePrefix.length).split('__'));
    const text = host.env[name];
    if (!text) continue;
    yield* valueLayer(name, keys, foreign ? JSON.stringify(text) : text, problems);
  }
}

/** Variables are upper case, settings are not: `STORAGE__WARN_GB` is storage.warn_gb, `DEFAULTREMOTE` is defaultRemote. */
function settingOf(words: readonly string[]): string[] {
  const first = words[0]?.toLowerCase();
  let schema: unknown = isPart(first) ? definition : definition.entries.setup;
  return words.map((word) => {
    const entries = entriesOf(schema) ?? {};
    const key = Object.keys(entries).find((name) => name.toLowerCase() === word.toLowerCase()) ?? word.toLowerCase();
    schema = entries[key];
    return key;
  });
}

function* setLayers(sets: readonly string[], problems: Problem[]): Generator<Layer> {
  for (const set of sets) {
    const split = set.indexOf('=');
    if (split < 1) problems.push({ where: `--set ${set}`, text: 'expected path=value, for example `--set storage.warn_gb=40`' });
    else yield* valueLayer(`--set ${set}`, set.slice(0, split).split('.'), set.slice(split + 1), problems);
  }
}

function* valueLayer(name: string, keys: string[], text: string, problems: Problem[]): Generator<Layer> {
  try {
    const tree = nest(isPart(keys[0]) ? keys : ['setup', ...keys], parseYaml(text).value ?? null);
    yield { name, tree: { setup: {}, paths: {}, training: {}, ...tree }, at: new Map(), skip: 0 };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    problems.push({ where: name, text: error.message });
  }
}

function originsOf(settings: Settings, layers: readonly Layer[]): Origins {
  const origins = new Map<string, string>();
  for (const { path: keys } of leaves(settings as Tree)) {
    const from = layers.findLast(
      (layer) => keys.reduce<unknown>((tree, key) => (isTree(tree) ? tree[key] : undefined), layer.tree) !== undefined,
    );
    const line = from?.at.get(keys.slice(from.skip).join('\0'))?.line;
    origins.set(settingName(keys), from ? (line ? `${from.name}:${line}` : from.name) : 'default');
  }
  return origins;
}

function configError(problems: readonly Problem[]): UserError {
  const lines = problems.map(({ where, text }) => `${where}: ${text}`);
  return new UserError(
    {
      code: 'E_CONFIG',
      found: `${lines.length === 1 ? 'a setting is' : `${lines.length} settings are`} wrong`,
      tail: lines.join('\n'),
      fix: 'correct what is named above; docs/CONFIGURATION.md lists every setting',
    },
    2,
  );
}
