import { type HubFile, hashOf } from '../../hub/model/hub-file';
import type { RecordKeeper } from '../../hub/store/own';
import { type RecordedTree, recordedTree } from '../../hub/store/recorded-tree';
import { indexName, shardsOf } from '../safetensors';
import { filesIn, filesOfModel, isPickleName } from './folder';
import type { Subject } from './subject';

export interface ExpectedHash {
  algorithm: 'sha256' | 'git-sha1';
  hex: string;
}

/** A file that should be in the folder. */
export interface Expected {
  path: string;
  /** Bytes, where they were recorded. */
  size?: number;
  hash?: ExpectedHash;
}

/** What a folder should hold and what it holds. */
export interface Expectation {
  tree: RecordedTree | undefined;
  /** Whether the tree lists every file of the commit: hf's metadata alone knows only what it has downloaded. */
  whole: boolean;
  expected: Expected[];
  /** Files that are there and not expected. */
  extra: string[];
}

/** By the recorded tree where there is one, else by what the folder itself says: its index, its configuration. */
export function expectationOf(here: RecordKeeper, { folder, choice, only, loose }: Subject): Expectation {
  const { host } = here;
  const tree = recordedTree(here, folder, choice);
  const whole = tree?.all.some(({ size }) => size !== undefined) ?? false;
  if (only !== undefined) return { tree, whole, expected: [recorded(tree, only)], extra: [] };
  const shards = whole ? undefined : shardsOf(host.files.readText(`${folder}/${indexName}`));
  if (tree) {
    const names = new Set([...tree.expected.map((file) => file.path), ...(shards ?? [])]);
    const expected = [...names].map((name) => recorded(tree, name));
    return { tree, whole, expected, extra: filesOfModel(host, folder).filter((file) => !names.has(file)) };
  }
  const there = filesIn(host, folder);
  const weights = shards ?? there.filter((name) => name.endsWith('.safetensors'));
  const needed = [...(loose ? [] : ['config.json']), ...weights];
  // Without any weights the one name that transformers looks for first stands for them.
  if (weights.length === 0 && !there.includes(indexName)) needed.push('model.safetensors');
  const expected = [...new Set([...needed, ...there.filter((name) => name.endsWith('.json'))])].sort();
  return {
    tree,
    whole,
    expected: expected.map((path) => ({ path })),
    extra: there.filter((name) => !expected.includes(name) && (isPickleName(name) || name.endsWith('.safetensors'))),
  };
}

function recorded(tree: RecordedTree | undefined, path: string): Expected {
  const file: HubFile | undefined = tree?.all.find((one) => one.path === path);
  if (!file) return { path };
  const { algorithm, hex } = hashOf(file);
  return {
    path,
    ...(file.size === undefined ? {} : { size: file.size }),
    ...(hex ? { hash: { algorithm: algorithm === 'sha256' ? 'sha256' : 'git-sha1', hex } } : {}),
  };
}
