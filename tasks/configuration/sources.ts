import type { Environment } from '../core/context';

/** The part of the settings that a file holds, and the files that hold it, in the order they are merged. */
export interface Source {
  part: 'setup' | 'paths' | 'training';
  file: string;
}

/** Committed files first, then the machine's own, which git ignores. */
export function sourcesFor(environment: Environment): Source[] {
  return [
    { part: 'setup', file: 'configs/setup.yaml' },
    { part: 'setup', file: `configs/setup.${environment}.yaml` },
    { part: 'paths', file: 'configs/paths_config.json' },
    { part: 'paths', file: `configs/paths_config.${environment}.yaml` },
    { part: 'training', file: 'configs/training_config.yaml' },
    { part: 'training', file: `configs/training_config.${environment}.yaml` },
  ];
}

/** `JUST_LORA_SETUP__STORAGE__WARN_GB=40` sets `setup.storage.warn_gb`. */
export const variablePrefix = 'JUST_LORA_';
/** Variables of ours that are no settings. */
export const reservedVariables = ['JUST_LORA_ENV'];
/** Variables of others that set one of ours. */
export const foreignVariables: Record<string, string> = { HF_HOME: 'paths.hf_home' };
