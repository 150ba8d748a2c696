import * as path from 'node:path';
import { shellWord, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import { readHeader } from '../safetensors/read';
import { weightsName } from './files';
import { readTensorName } from './tensors/tensor-names';

/** Weights of an adapter under another name than PEFT looks for, where there are none under that one. */
export function misnamedWeights(context: Context, folder: string): { message: string; fix?: string } | undefined {
  const { files } = context.host;
  const others = files.list(folder).filter((name) => name.endsWith('.safetensors') && isAdapter(context, path.join(folder, name)));
  const [first] = others;
  if (first === undefined) return undefined;
  const message = `is missing; weights of an adapter are in ${some(others.map((name) => `\`${name}\``))}, which PEFT does not look for`;
  const [from, to] = [first, weightsName].map((name) => shellWord(shown(context.root, path.join(folder, name))));
  return others.length > 1 ? { message } : { message, fix: `\`mv ${from} ${to}\` gives it the name that PEFT looks for` };
}

function isAdapter({ host }: Context, file: string): boolean {
  try {
    const stat = host.files.stat(file);
    if (!stat?.isFile()) return false;
    return [...readHeader(host, file, stat.size).tensors.keys()].some((name) => readTensorName(name).kind === 'lora');
  } catch {
    return false;
  }
}
