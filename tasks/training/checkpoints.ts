import * as path from 'node:path';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import { type Inputs, statePath } from '../engine/state';

/** Ours while an adapter is trained: checkpoints, and the adapter until it gets its name. One for each set of inputs. */
export const workFolder = ({ root }: Pick<Context, 'root'>, name: string, compared: Inputs): string =>
  statePath(root, 'training', name, sha256(JSON.stringify(Object.entries(compared).sort())).slice(0, 12));

/** The step of the last checkpoint that was written to its end, by the mark of scripts/train.py; `undefined` where there is none. */
export function lastStep({ host }: Pick<Context, 'host'>, folder: string): number | undefined {
  const checkpoints = path.join(folder, 'checkpoints');
  const steps = host.files
    .list(checkpoints)
    .filter((name) => /^checkpoint-\d+$/.test(name) && host.files.stat(path.join(checkpoints, name, 'whole.json')))
    .map((name) => Number(name.slice('checkpoint-'.length)));
  return steps.length > 0 ? Math.max(...steps) : undefined;
}

/** Checkpoints of the same name that other inputs left: how many sets of inputs. */
export const othersOf = ({ host }: Pick<Context, 'host'>, folder: string): number =>
  host.files.list(path.dirname(folder)).filter((name) => name !== path.basename(folder)).length;
