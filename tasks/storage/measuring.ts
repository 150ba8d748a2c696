import { bytes, plural } from '../common/format';
import type { Context } from '../engine/context';
import { shown } from '../engine/paths';
import type { Progress } from '../engine/step';

/** Milliseconds between two words of a walk that takes long. */
const everyMs = 3000;

/**
 * What measures the bytes under folders, by a walk through each. One that takes long says how far it is, and ends with the run.
 * @param tell where that is said
 */
export function measuring(
  { host, root }: Context,
  tell: ((progress: Progress) => void) | undefined,
  pauseMs = everyMs,
): (folder: string) => Promise<number> {
  let [files, total, last] = [0, 0, performance.now()];
  return (folder) =>
    host.files.sizeOf(folder, (size) => {
      host.processes.throwIfInterrupted();
      files++;
      total += size;
      if (performance.now() - last < pauseMs) return;
      last = performance.now();
      tell?.({ text: `${bytes(total)} in ${plural(files, 'file')} so far, now in \`${shown(root, folder)}\``, atOnce: true });
    });
}
