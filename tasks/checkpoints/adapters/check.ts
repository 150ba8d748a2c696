import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { CheckpointFault } from '../models/fault';
import type { FileReport } from '../models/problems';
import { scanFault } from '../models/scan';
import type { Header } from '../safetensors/header';
import { readHeader } from '../safetensors/read';
import { type BaseModel, findBase, modelNamed, sameRepository } from './base';
import { type AdapterConfig, parseAdapterConfig } from './config';
import { targetFaults, tensorFaults } from './tensors';

export const configName = 'adapter_config.json';
export const weightsName = 'adapter_model.safetensors';

/** What a look at an adapter found. */
export interface AdapterReport {
  /** The two files of an adapter, and a pickle in their place; right where each `state` is `ok` or `extra`. */
  files: FileReport[];
  warnings: string[];
  config: AdapterConfig | undefined;
  header: Header | undefined;
  base: BaseModel | undefined;
  /** Bytes of the two files. */
  size: number;
}

/**
 * Checks a PEFT adapter: its configuration, the rules of safetensors, and rank, type, modules and shapes against
 * each other and against the base model, where that is on this machine. Reads headers only, and writes nothing.
 * @param folder absolute; under any name, so that an adapter can be looked at before it gets its final one
 * @param base a model that the adapter must be for: a configured name, `owner/name` or a folder; else its own word counts
 */
export function checkAdapter(folder: string, context: Context, { base: asked }: { base?: string | undefined } = {}): AdapterReport {
  const faults = new Map<string, CheckpointFault>();
  const warnings: string[] = [];
  const add = (name: string, list: readonly CheckpointFault[]) => {
    const [first] = list;
    if (first && !faults.has(name)) faults.set(name, first);
  };
  const config = readConfig(context, path.join(folder, configName), add);
  const header = readWeights(context, folder, add);
  const base = findBase(context, asked ?? config?.base);
  if (config && asked !== undefined && config.base !== undefined && !isFor(context, config.base, asked, base))
    add(configName, [{ problem: 'adapter-base', message: `is for \`${config.base}\`, not for \`${asked}\`` }]);
  if (config && config.base === undefined) add(configName, [{ problem: 'adapter-base', message: 'names no `base_model_name_or_path`' }]);
  if (config && !base && config.base !== undefined)
    warnings.push(
      `its base model \`${config.base}\` is not on this machine, so modules and shapes were not compared: \`npx just model:download --model=${modelNamed(context, config.base)}\``,
    );
  if (config && config.method !== 'LORA')
    warnings.push(`${config.method} is not LoRA: its tensors were not compared with its configuration`);
  else if (config && header) {
    const known = base && base.tensors.size > 0 ? base.tensors : undefined;
    if (known) add(configName, targetFaults(config, header, known, base?.tied ?? false));
    add(weightsName, tensorFaults(config, header, known));
  }
  return { files: reportsOf(context, folder, faults), warnings, config, header, base, size: sizeOf(context, folder) };
}

function readConfig({ host }: Context, file: string, add: (name: string, faults: CheckpointFault[]) => void): AdapterConfig | undefined {
  try {
    const text = host.files.readText(file);
    if (text === undefined) add(configName, [{ problem: 'missing', message: 'is missing' }]);
    else return parseAdapterConfig(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) add(configName, [scanFault(error)]);
    else add(configName, [{ problem: 'adapter-config', message: (error as Error).message }]);
  }
  return undefined;
}

function readWeights({ host }: Context, folder: string, add: (name: string, faults: CheckpointFault[]) => void): Header | undefined {
  const file = path.join(folder, weightsName);
  try {
    const stat = host.files.stat(file);
    if (stat?.isFile()) return readHeader(host, file, stat.size);
    if (stat) add(weightsName, [{ problem: 'not-a-file', message: 'is not a file' }]);
    else add(weightsName, [{ problem: 'missing', message: 'is missing' }]);
  } catch (error) {
    add(weightsName, [scanFault(error)]);
  }
  return undefined;
}

/** Whether an adapter's word for its base means the model that was asked for. */
function isFor(context: Context, own: string, asked: string, base: BaseModel | undefined): boolean {
  const [one, other] = [modelNamed(context, own), modelNamed(context, asked)];
  if (one !== 'OWNER/NAME' && (one === other || sameRepository(one, other))) return true;
  return base !== undefined && findBase(context, own)?.folder === base.folder;
}

function reportsOf({ host }: Context, folder: string, faults: ReadonlyMap<string, CheckpointFault>): FileReport[] {
  const files = [configName, weightsName].map((name): FileReport => {
    const fault = faults.get(name);
    if (!fault) return { path: name, state: 'ok' };
    return { path: name, state: fault.problem === 'missing' ? 'missing' : 'bad', ...fault, fix };
  });
  const pickle = 'adapter_model.bin';
  if (!host.files.stat(path.join(folder, pickle))) return files;
  const instead = faults.get(weightsName)?.problem === 'missing';
  const message = instead
    ? 'is a pickle where safetensors are expected; it was not loaded'
    : 'is a pickle beside the safetensors; it was not loaded';
  return [
    ...files,
    {
      path: pickle,
      state: instead ? 'bad' : 'extra',
      problem: instead ? 'pickle' : 'extra-pickle',
      message,
      fix: instead ? 'save it again with `save_pretrained(..., safe_serialization=True)`' : 'nothing loads it',
    },
  ];
}

const fix = '`npx just sync:pull` brings the adapter anew from the machine that trained it';

const sizeOf = ({ host }: Context, folder: string): number =>
  [configName, weightsName].reduce((sum, name) => sum + (host.files.stat(path.join(folder, name))?.size ?? 0), 0);
