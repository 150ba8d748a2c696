import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { fieldsOf } from '../../untrusted/json';

/**
 * Our own file in a finished environment, written last of all: what it consisted of then. Beside conda-meta,
 * not in it, where conda would read it.
 */
export interface CondaEnvironmentRecord {
  by: 'just-lora';
  name: string;
  /** Packages of conda's as `name=version=build`. */
  conda: readonly string[];
  /** Packages of pip's as `name==version`. */
  pip: readonly string[];
  /** What it was made of, by names that a person knows. */
  inputs: Readonly<Record<string, string>>;
  python: string;
}

const markerName = 'just-lora.json';

/** The marker of an environment, `undefined` where there is none of ours. */
export function readCondaEnvironmentRecord({ host }: Context, prefix: string): CondaEnvironmentRecord | undefined {
  const marker = fieldsOf(host.files.readJson(path.join(prefix, markerName))) as CondaEnvironmentRecord | undefined;
  return marker?.by === 'just-lora' && Array.isArray(marker.conda) && Array.isArray(marker.pip) ? marker : undefined;
}

/** Says that an environment is whole: last of all. */
export const writeCondaEnvironmentRecord = ({ host }: Context, prefix: string, marker: CondaEnvironmentRecord): void =>
  host.files.writeText(path.join(prefix, markerName), `${JSON.stringify(marker, null, 2)}\n`);

/** Before an environment is touched. */
export const removeCondaEnvironmentRecord = ({ host }: Context, prefix: string): void => host.files.remove(path.join(prefix, markerName));
