import { shellWord } from '../../common/format';
import { indexName } from '../safetensors/index';
import { adapterConfigName, type FoundWeights, singleName } from './weights';

/**
 * Files that lie in a model's folder and change what transformers loads from it: one file that wins over the shards, an index that
 * wins over pickles, and the configuration of an adapter, whose base transformers 4 loads in place of the model and whose
 * matrices transformers 5 adds to it (tried with 4.45, 4.57 and 5.24, with PEFT installed).
 * @param there names of files at the top of the folder that are none of the model's own
 */
export function shadowsAmong(there: readonly string[], { loaded, index }: FoundWeights): string[] {
  const shadows = there.filter((name) => name === adapterConfigName);
  if (loaded.length === 0 || loaded.includes(singleName)) return shadows;
  const first = [singleName, ...(index === indexName ? [] : [indexName])].find((name) => there.includes(name));
  return first === undefined ? shadows : [...shadows, first];
}

/** What such a file does, in words that follow its name. */
export const shadowWords = (name: string): string =>
  name === adapterConfigName
    ? "is an adapter's: with PEFT installed transformers 4 loads its base in place of this model, and 5 adds it to this model"
    : 'is what transformers loads from this folder, and it is none of the files of the model';

/** The command that moves it out, with what belongs to it. */
export function moveCommand(name: string, folder: string, adapters: string): string {
  const model = folder.split('/').at(-1) ?? 'model';
  if (name !== adapterConfigName) {
    const aside = shellWord(`${folder}-saved`);
    return `\`mkdir -p ${aside} && mv ${shellWord(`${folder}/${name}`)} ${aside}/\``;
  }
  const target = shellWord(`${adapters}/${model}-adapter`);
  return `\`mkdir -p ${target} && mv ${shellWord(folder)}/adapter_* ${target}/\``;
}
