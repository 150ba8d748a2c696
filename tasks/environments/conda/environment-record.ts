import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { fieldsOf } from '../../untrusted/json';
import { realPlace } from '../prefix/prefix';
import { profileVariants } from '../profile/profile-files';
import { type InputsIn, type KeptEnvironment, keptBeside } from '../venv/packages/variants';

/**
 * Our own file in an environment that conda made for us: whose it is, and what it consisted of when it was finished. Beside
 * conda-meta, not in it, where conda would read it.
 */
export interface CondaEnvironmentRecord {
  by: 'just-lora';
  name: string;
  /** Where it was made: a copy at another place is a person's. Absent in one of an older version. */
  prefix?: string;
  /** pip's half is not whole yet. */
  unfinished?: true;
  /** Packages that conda made it of, as `name=version=build`: not those that a person added since. */
  conda: readonly string[];
  /** Packages of pip's as `name==version`. */
  pip: readonly string[];
  /** Files that no package names and that were there when conda was done: what scripts of packages wrote. As {@link unnamedFiles} has them. */
  unnamed?: readonly string[];
  /** What it was made of, by names that a person knows. */
  inputs: Readonly<Record<string, string>>;
  python: string;
}

const markerName = 'just-lora.json';

/**
 * The record of an environment, `undefined` where it is not one that we made at that place.
 * @param madeAt where it was made, where it has been moved aside since
 */
export function readCondaEnvironmentRecord({ host }: Context, prefix: string, madeAt = prefix): CondaEnvironmentRecord | undefined {
  const marker = fieldsOf(host.files.readJson(path.join(prefix, markerName))) as CondaEnvironmentRecord | undefined;
  if (marker?.by !== 'just-lora' || !Array.isArray(marker.conda) || !Array.isArray(marker.pip)) return undefined;
  return marker.prefix === undefined || marker.prefix === realPlace(host, madeAt) ? marker : undefined;
}

/** What a whole environment of ours was made of, in the place that it was made at or beside it since. */
export const condaInputsMadeAt =
  (context: Context, prefix: string): InputsIn =>
  (folder) => {
    const record = context.host.files.lstat(folder)?.isDirectory() ? readCondaEnvironmentRecord(context, folder, prefix) : undefined;
    // One of an older version does not say where it was made.
    return record && !record.unfinished && (record.prefix !== undefined || folder === prefix) ? record.inputs : undefined;
  };

/** The environments of other profiles that wait beside a prefix. */
export const keptCondaEnvironments = (context: Context, prefix: string): KeptEnvironment[] =>
  keptBeside(context, profileVariants, prefix, condaInputsMadeAt(context, prefix));

/** Notes what an environment is: as `unfinished` before it is touched, as whole last of all. */
export function writeCondaEnvironmentRecord({ host }: Context, prefix: string, marker: CondaEnvironmentRecord): void {
  const whole = { ...marker, prefix: realPlace(host, prefix) };
  host.files.writeText(path.join(prefix, markerName), `${JSON.stringify(whole, null, 2)}\n`);
}
