import * as path from 'node:path';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import { type Inputs, statePath } from '../engine/state';
import { fieldsOf } from '../untrusted/json';

const markName = 'whole.json';

/** Ours while an adapter is trained: checkpoints, and the adapter until it gets its name. One for each set of inputs. */
export const workFolder = ({ root }: Pick<Context, 'root'>, name: string, compared: Inputs): string =>
  statePath(root, 'training', name, sha256(JSON.stringify(Object.entries(compared).sort())).slice(0, 12));

/** A checkpoint that was written to its end, by the mark of scripts/train.py, and what of it is not as it was written then. */
interface Checkpoint {
  name: string;
  step: number;
  fault: string | undefined;
}

/** The checkpoints that were written to their end, the newest first. */
export function checkpointsIn({ host }: Pick<Context, 'host'>, folder: string): Checkpoint[] {
  const checkpoints = path.join(folder, 'checkpoints');
  return host.files
    .list(checkpoints)
    .filter((name) => /^checkpoint-\d+$/.test(name) && host.files.stat(path.join(checkpoints, name, markName)))
    .map((name) => ({ name, step: Number(name.slice('checkpoint-'.length)), fault: faultOf(host, path.join(checkpoints, name)) }))
    .sort((one, other) => other.step - one.step);
}

/** The file of a checkpoint that is not as its mark has it: `fault_of` of scripts/training_checkpoints.py says the same. */
function faultOf(host: Context['host'], checkpoint: string): string | undefined {
  const mark = host.files.readJson(path.join(checkpoint, markName));
  if (mark === undefined) return markName;
  // A mark of an earlier version has no sizes.
  const sizes = Object.entries(fieldsOf(fieldsOf(mark)?.['sizes']) ?? {});
  return sizes.find(([name, size]) => host.files.stat(path.join(checkpoint, name))?.size !== size)?.[0];
}

/** Checkpoints of the same name that other inputs left: how many sets of inputs. */
export const othersOf = ({ host }: Pick<Context, 'host'>, folder: string): number =>
  host.files.list(path.dirname(folder)).filter((name) => name !== path.basename(folder)).length;
