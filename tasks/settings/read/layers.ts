import * as path from 'node:path';
import type { Environment } from '../../common/environment';
import { expandPath } from '../../common/expand-path';
import type { Host } from '../../platform';
import { keysOfName, keysOfVariable, settingName } from '../check/names';
import { definition } from '../schema/definition';
import { holdsText, isNullable, schemaUnder } from '../schema/shape';
import { parseJson } from './json';
import type { SettingsLayer, SettingsProblem } from './layer';
import { isTree, merge, nest, type SettingsTree, withoutComments } from './merge';
import { type Parsed, type Position, SyntaxFault } from './position';
import { foreignVariables, reservedVariables, type Source, sourcesFor, variablePrefix } from './sources';
import { parseYaml } from './yaml';

const largestFile = 1_000_000;

/** The settings files that are there, committed ones before the machine's own; what cannot be read becomes a problem. */
export function fileLayers(host: Host, root: string, environment: Environment, problems: SettingsProblem[]): SettingsLayer[] {
  return sourcesFor(environment).flatMap((source) => {
    const fail = (text: string, { line, column }: Position = { line: 1, column: 1 }) => {
      problems.push({ where: `${source.file}:${line}:${column}`, text });
      return [];
    };
    try {
      return fileLayer(source, textOf(host, path.join(root, source.file)));
    } catch (error) {
      if (error instanceof SyntaxFault) return fail(error.message, error.position);
      const { code } = error as NodeJS.ErrnoException;
      if (code) return fail(`cannot be read (${code})`);
      throw error;
    }
  });
}

function fileLayer({ part, file, machine }: Source, text: string | undefined): SettingsLayer[] {
  if (text === undefined) return [];
  const { value, at } = file.endsWith('.json') ? parsedJson(text) : parseYaml(text);
  if (value === undefined || value === null) return [];
  if (!isTree(value))
    throw new SyntaxFault(`${Array.isArray(value) ? 'a list' : 'a single value'}; expected a mapping`, { line: 1, column: 1 });
  const { $schema, ...tree } = value;
  const kept = typeof $schema === 'string' || $schema === undefined ? tree : value;
  return [{ name: file, tree: { [part]: kept }, at, skip: 1, replacesRecords: !machine }];
}

const parsedJson = (text: string): Parsed => {
  const { value, at } = parseJson(text);
  return { value: withoutComments(value), at };
};

/** @throws SyntaxFault where the file is no text that could be settings */
function textOf(host: Host, file: string): string | undefined {
  const start = { line: 1, column: 1 };
  const stats = host.files.stat(file);
  if (!stats) {
    if (host.files.lstat(file)) throw new SyntaxFault('a link that leads nowhere; expected a file', start);
    return undefined;
  }
  if (!stats.isFile()) throw new SyntaxFault(`${stats.isDirectory() ? 'a folder' : 'no regular file'}; expected a file`, start);
  if (stats.size > largestFile) throw new SyntaxFault(`${stats.size} bytes; expected settings, at most ${largestFile} bytes`, start);
  const bytes = host.files.readBytes(file);
  try {
    // The decoder takes a byte order mark away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const lines = bytes.toString('latin1').split('\n');
    const line = lines.findIndex((each) => !isUtf8(Buffer.from(each, 'latin1')));
    throw new SyntaxFault('bytes that are not UTF-8', { line: line + 1, column: 1 });
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes) !== undefined;
  } catch {
    return false;
  }
}

/** One layer for each environment variable that sets something: those of others first, so that ours win. */
export function variableLayers(host: Host, known: SettingsTree, problems: SettingsProblem[]): SettingsLayer[] {
  const names = Object.keys(host.env).filter((name) => host.env[name]);
  const ours = names.filter((name) => name.startsWith(variablePrefix) && !reservedVariables.includes(name)).sort();
  return [
    ...names.flatMap((name) => {
      const keys = Object.hasOwn(foreignVariables, name) ? foreignVariables[name] : undefined;
      // Of another program: read as that one reads it.
      return keys ? valueLayer(name, keys, expandPath(host, host.env[name] ?? ''), problems) : [];
    }),
    ...ours.flatMap((name) => valueLayer(name, keysOfVariable(name.slice(variablePrefix.length), known), host.env[name] ?? '', problems)),
  ];
}

/** One layer for each `--set`. */
export function setLayers(sets: readonly string[], known: SettingsTree, problems: SettingsProblem[]): SettingsLayer[] {
  return sets.flatMap((set) => {
    const split = set.indexOf('=');
    if (split > 0) return valueLayer('--set', keysOfName(set.slice(0, split).trim(), known), set.slice(split + 1), problems);
    problems.push({ where: `--set ${set}`, text: 'expected path=value, for example `--set storage.warn_gb=40`' });
    return [];
  });
}

function valueLayer(name: string, keys: readonly string[], text: string, problems: SettingsProblem[]): SettingsLayer[] {
  try {
    return [{ name, tree: nest(keys, readValue(keys, text)), at: new Map(), skip: 0, replacesRecords: false }];
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    problems.push({ where: name, text: `${settingName(keys)} cannot be read: ${error.message}` });
    return [];
  }
}

/** A text is taken as it is typed, so that `3.10` stays `3.10`; anything else is YAML: `40`, `true`, `[a, b]`. */
function readValue(keys: readonly string[], text: string): unknown {
  const schema = keys.reduce<unknown>((under, key) => schemaUnder(under, key), definition);
  if (holdsText(schema)) return isNullable(schema) && text === 'null' ? null : text;
  return parseYaml(text).value ?? null;
}

/** A layer over those below it. Lists by name of a committed file stand instead of the default ones. */
export function mergeLayer(below: SettingsTree, layer: SettingsLayer, records: readonly (readonly string[])[]): SettingsTree {
  if (!layer.replacesRecords) return merge(below, layer.tree);
  const cleared = records.reduce((tree, keys) => withoutRecord(tree, keys, layer.tree), below);
  return merge(cleared, layer.tree);
}

function withoutRecord(tree: SettingsTree, [key = '', ...rest]: readonly string[], over: unknown): SettingsTree {
  if (!isTree(over) || !Object.hasOwn(over, key)) return tree;
  const { [key]: inner, ...others } = tree;
  return rest.length > 0 && isTree(inner) ? { ...others, [key]: withoutRecord(inner, rest, over[key]) } : others;
}
