import * as path from 'node:path';
import type { Environment } from '../../common/environment';

/** The part of the settings that a file holds, and the files that hold it, in the order they are merged. */
export interface Source {
  part: 'setup' | 'paths' | 'training';
  file: string;
  /** Git ignores it: a machine's own additions, merged name by name. */
  machine: boolean;
}

const files = { setup: 'setup.yaml', paths: 'paths_config.json', training: 'training_config.yaml' } as const;

/** The machine's own file of a part: what stands in that of another environment has no effect. */
export const ownFile = (part: Source['part'], environment: Environment): string =>
  `configs/${files[part].replace(/\.\w+$/, '')}.${environment}.yaml`;

/** Of each part the committed file first, then the machine's own. */
export function sourcesFor(environment: Environment): Source[] {
  return Object.entries(files).flatMap(([part, file]) => [
    { part: part as Source['part'], file: `configs/${file}`, machine: false },
    { part: part as Source['part'], file: ownFile(part as Source['part'], environment), machine: true },
  ]);
}

/**
 * Settings of one machine that lie here, as that machine's own: `configs/remotes/NAME.yaml` becomes `configs/setup.remote.yaml`,
 * `NAME.paths_config.yaml` and `NAME.training_config.yaml` the other two.
 * @returns names from the project, here and there
 */
export const overridesFor = (remote: string): { here: string; there: string }[] =>
  sourcesFor('remote')
    .filter(({ machine }) => machine)
    .map(({ part, file }) => {
      const base = path.posix.basename(file).replace(/\.remote\.yaml$/, '');
      return { here: `configs/remotes/${remote}${part === 'setup' ? '' : `.${base}`}.yaml`, there: file };
    });

/** `JUST_LORA_STORAGE__WARN_GB=40` sets `storage.warn_gb`. */
export const variablePrefix = 'JUST_LORA_';
/** Variables of ours that are no settings. */
export const reservedVariables: readonly string[] = ['JUST_LORA_ENV', 'JUST_LORA_LOGIN_FROM'];
/** Variables of others that set one of ours. */
export const foreignVariables: Readonly<Record<string, readonly string[]>> = { HF_HOME: ['paths', 'hf_home'] };
