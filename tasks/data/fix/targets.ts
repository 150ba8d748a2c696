import type { DataFile } from '../rows/data-files';

const ending = /\.(?:jsonl|ndjson|json)(?:\.gz)?$/i;

/**
 * Where each file is written when it is mended: `train.fixed.jsonl` for `train.jsonl`. Where `train.json` lies beside it, that one becomes
 * `train.json.fixed.jsonl`, whether or not there is something to mend in the other.
 * @returns absolute paths, by the paths of the files
 */
export function targetsOf(files: readonly Pick<DataFile, 'path'>[]): ReadonlyMap<string, string> {
  const [targets, taken] = [new Map<string, string>(), new Set<string>()];
  const isLines = (path: string) => Number(/\.jsonl$/i.test(path));
  for (const { path } of [...files].sort((one, other) => isLines(other.path) - isLines(one.path))) {
    let target = path.replace(ending, '.fixed.jsonl');
    // Some disks take small and capital letters for the same.
    for (let number = 1; taken.has(target.toLowerCase()); number++) target = `${path}${number > 1 ? `.${number}` : ''}.fixed.jsonl`;
    taken.add(target.toLowerCase());
    targets.set(path, target);
  }
  return targets;
}
