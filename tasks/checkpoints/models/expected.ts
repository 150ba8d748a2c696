import * as path from 'node:path';
import { type HubFile, hashOf } from '../../hub/model/hub-file';
import { chooseFiles, takesPickles } from '../../hub/model/selection';
import type { RecordKeeper } from '../../hub/store/own';
import { type RecordedTree, recordedTree } from '../../hub/store/recorded-tree';
import type { Host } from '../../platform';
import { isSystemFile } from '../folder/not-models';
import { isKeptOriginal } from '../folder/old-keys';
import { shadowsAmong } from '../folder/shadows';
import { lacksTokenizer, tokenizerName } from '../folder/tokenizer-files';
import { type FoundWeights, findWeights, isAdapterFile, setOfShards, shardsIn, singleName, weightFormatOf } from '../folder/weights';
import { indexName } from '../safetensors/index';
import { isPointer } from '../safetensors/read';
import { filesIn, filesOfModel } from './folder';
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
  /** The weights that transformers loads from what is expected. */
  weights: FoundWeights;
  /** Those of the extra files that it loads before them, or with them. */
  shadows: string[];
}

/** By the recorded tree where there is one, else by what transformers would load from the folder as it is. */
export function expectationOf(here: RecordKeeper, subject: Subject): Expectation {
  const { folder, choice, only } = subject;
  const { host } = here;
  const tree = recordedTree(here, folder, choice);
  const whole = tree?.all.some(({ size }) => size !== undefined) ?? false;
  if (only !== undefined) {
    const weights = findWeights([only], {}, { pickles: false });
    return { tree, whole, expected: [recorded(tree, only)], extra: [], weights, shadows: [] };
  }
  if (!tree) return expectationOfFolder(host, subject);
  const { weights } = chooseFiles(tree.expected, { include: [], exclude: [] }, whole ? tree.shards : shardsIn(host, folder));
  const names = new Set([...tree.expected.map((file) => file.path), ...(weights.index ? [weights.index] : []), ...weights.loaded]);
  // Safetensors without a configuration are no model, and each is looked at for itself.
  const bare = weights.loaded.length === 0 && !tree.all.some(({ path: file }) => file === 'config.json');
  if (bare) for (const { path: file } of tree.all) if (file.endsWith('.safetensors')) names.add(file);
  // Who names the files that are wanted wants them for another program.
  if (!bare && weights.loaded.length === 0 && choice.include.length === 0) names.add(singleName);
  const extra = filesOfModel(host, folder).filter((file) => !names.has(file) && !isSystemFile(file) && !isKeptOriginal(file));
  const expected = [...names].filter((name) => !isSystemFile(name)).map((name) => recorded(tree, name));
  return { tree, whole, expected, extra, weights, shadows: shadowsAmong(extra, weights) };
}

function expectationOfFolder(host: Host, { folder, loose, choice }: Subject): Expectation {
  const there = filesIn(host, folder).filter((name) => !isSystemFile(name));
  const weights = findWeights(there, shardsIn(host, folder), { pickles: takesPickles(choice) });
  // Safetensors without a configuration are no model, and each is looked at for itself.
  const bare = loose && !there.includes('config.json') && weights.loaded.length === 0;
  const needed = [
    ...(loose && weights.loaded.length === 0 ? [] : ['config.json']),
    ...(weights.index ? [weights.index] : []),
    ...weights.loaded,
    ...(weights.loaded.length > 0 && lacksTokenizer(host, folder) ? [tokenizerName] : []),
  ];
  const others = there.filter(
    (name) =>
      (name.endsWith('.json') && !weights.unused.has(name) && !isAdapterFile(name)) ||
      (bare && name.endsWith('.safetensors')) ||
      isPointer(host, path.join(folder, name)),
  );
  const shards = bare || weights.loaded.length > 0 ? [] : setOfShards(there);
  // Without any weights the one name that transformers looks for first stands for them.
  if (shards.length > 0) needed.push(indexName, ...shards);
  else if (weights.loaded.length === 0 && !others.some((name) => bare && name.endsWith('.safetensors'))) needed.push(singleName);
  const expected = [...new Set([...needed, ...others])].sort();
  const shadows = bare ? [] : shadowsAmong(there, weights);
  const extra = there.filter((name) => !expected.includes(name) && (weightFormatOf(name) !== undefined || weights.unused.has(name)));
  return {
    tree: undefined,
    whole: false,
    expected: expected.map((file) => ({ path: file })),
    extra: [...new Set([...extra, ...shadows])],
    weights,
    shadows,
  };
}

function recorded(tree: RecordedTree | undefined, file: string): Expected {
  const known: HubFile | undefined = tree?.all.find((one) => one.path === file);
  if (!known) return { path: file };
  const { algorithm, hex } = hashOf(known);
  return {
    path: file,
    ...(known.size === undefined ? {} : { size: known.size }),
    ...(hex ? { hash: { algorithm: algorithm === 'sha256' ? 'sha256' : 'git-sha1', hex } } : {}),
  };
}
