import * as path from 'node:path';
import { HeaderFault, headerWords } from '../../checkpoints/safetensors/fault';
import { NotSafetensors, readHeader } from '../../checkpoints/safetensors/read';
import { plural, some } from '../../common/format';
import type { Host } from '../../platform';
import type { Manifest } from '../manifest/manifest';
import type { Model } from '../model/models';

/**
 * What the repository itself has wrong: weights whose every hash is right, and that no library loads. Only headers are read.
 * @returns a warning, `undefined` where all of them load
 */
export function brokenWeights(host: Host, { folder, repo }: Model, { files, weights }: Manifest): string | undefined {
  const loaded = files.filter(({ path: name }) => name.endsWith('.safetensors') && weights.loaded.includes(name));
  const faults = loaded.flatMap(({ path: name, size }) => {
    const fault = faultOf(host, path.join(folder, name), size);
    return fault === undefined ? [] : [`\`${name}\` ${fault}`];
  });
  if (faults.length === 0) return undefined;
  return `\`${repo}\` itself has ${plural(faults.length, 'file')} that no library loads: ${some(faults)}; name another revision (\`--model=${repo}@REVISION\`) or another repository`;
}

function faultOf(host: Host, file: string, size: number): string | undefined {
  try {
    readHeader(host, file, size);
    return undefined;
  } catch (error) {
    if (error instanceof HeaderFault) return headerWords(error);
    if (error instanceof NotSafetensors) return error.message;
    throw error;
  }
}
