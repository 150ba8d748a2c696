import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { temporaryName } from '../../common/temporary-name';
import { moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import { plainInitializations } from '../../knowledge/peft';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { isPickleName } from '../models/folder';
import type { AdapterConfig } from './config';
import { configName, weightsName } from './files';
import { judgeVersion } from './peft/versions';
import { type OwnValues, type Patterns, usualAlpha } from './tensors/own-values';
import { readTensorName } from './tensors/tensor-names';

/** Where the copy for a version of PEFT lies: beside the adapter. */
export const copyFolder = (folder: string, version: string): string => `${folder}-peft-${version}`;

/** An adapter whose copy is written. */
export interface CopiedAdapter {
  settings: AdapterConfig;
  patterns: Patterns | undefined;
}

/**
 * The configuration with what a version does not know, and what says nothing, left out; where that version reads the patterns by another
 * rule, with each module named in full.
 */
export function configFor({ settings, patterns }: CopiedAdapter, version: string): string {
  const { fields, initialization } = settings;
  const { idle } = judgeVersion(settings, version);
  const kept = Object.fromEntries(Object.entries(fields).filter(([key]) => !idle.includes(key)));
  if (patterns?.trained && patterns.changedBy(version).length > 0) Object.assign(kept, patternsInFull(settings, patterns.trained));
  const plain = typeof initialization === 'string' && plainInitializations.includes(initialization.toLowerCase());
  return `${JSON.stringify(plain ? { ...kept, init_lora_weights: true } : kept, null, 2)}\n`;
}

/** In both patterns, since versions before 0.14 look in both for one key. */
function patternsInFull({ rank, alpha }: AdapterConfig, trained: ReadonlyMap<string, OwnValues>): object {
  const own = [...trained].filter(([, values]) => values.rank !== rank || values.alpha !== (alpha ?? usualAlpha));
  return {
    rank_pattern: Object.fromEntries(own.map(([module, values]) => [module, values.rank])),
    alpha_pattern: Object.fromEntries(own.map(([module, values]) => [module, values.alpha])),
  };
}

/** Whether the copy is there and is what would be written. */
export function isCopied({ host }: Context, folder: string, adapter: CopiedAdapter, version: string): boolean {
  const copy = copyFolder(folder, version);
  const [from, to] = [folder, copy].map((each) => host.files.stat(path.join(each, weightsName)));
  return host.files.readText(path.join(copy, configName)) === configFor(adapter, version) && from !== undefined && to !== undefined;
}

/**
 * Writes a copy that a version of PEFT loads: what it does not know and says nothing is left out of the configuration, and names that
 * PEFT does not match are mended. The adapter itself stays as it is; pickles and checkpoints are not copied.
 * @throws UserError E_ADAPTER where something else is in the way
 */
export function writeCopy(context: Context, folder: string, adapter: CopiedAdapter, version: string): void {
  const { root, host } = context;
  const { files } = host;
  const copy = copyFolder(folder, version);
  if (files.lstat(copy))
    throw new UserError({
      code: 'E_ADAPTER',
      found: `\`${shown(root, copy)}\` is there already, and is not the copy that would be written`,
      needed: 'a free name for the copy',
      fix: `move it: \`${moveAside(context, copy)}\``,
    });
  const part = temporaryName(copy);
  files.remove(part);
  files.makeFolder(part);
  for (const name of files.list(folder)) {
    const from = path.join(folder, name);
    if (name === configName || name === weightsName || isPickleName(name) || !files.stat(from)?.isFile()) continue;
    files.copy(from, path.join(part, name));
  }
  copyWeights(files, path.join(folder, weightsName), path.join(part, weightsName));
  files.writeText(path.join(part, configName), configFor(adapter, version));
  files.move(part, copy);
}

function copyWeights(files: Context['host']['files'], from: string, to: string): void {
  const length = Number(files.readPart(from, 0, 8).readBigUInt64LE());
  const header = fieldsOf(tryParse(files.readPart(from, 8, length).toString('utf8'), 100_000_000)) ?? {};
  const renamed = Object.entries(header).map(([name, info]) => [nameFor(name), info] as const);
  if (renamed.every(([name]) => Object.hasOwn(header, name))) {
    files.copy(from, to);
    return;
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(renamed)));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  files.createFrom(Buffer.concat([size, padded]), from, 8 + length, to);
}

function nameFor(name: string): string {
  if (name === '__metadata__') return name;
  const read = readTensorName(name);
  return read.kind === 'unmatched' ? read.renamed : name;
}
