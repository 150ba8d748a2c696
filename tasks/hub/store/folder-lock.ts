import type { Context } from '../../engine/context';
import { holding } from '../../engine/lock/lock';
import { shown } from '../../engine/paths';
import type { Progress } from '../../engine/step';
import { lockFile } from './layout';

/**
 * Holds a model's folder while it is changed: the project's own lock says nothing to another project, or another
 * machine, with the same `paths.models_dir`.
 * @param work gets whether another run was at work there until now: what was seen before does not hold
 * @param frees the work makes room: it goes on where the disk has none for a lock
 * @throws UserError E_LOCKED with who holds it, after `run.lock_wait_seconds`; E_LOCK_LOST
 */
export function holdingFolder<T>(
  { host, root, task, settings }: Context,
  folder: string,
  progress: (progress: Progress) => void,
  work: (waited: boolean) => Promise<T>,
  { frees = false }: { frees?: boolean } = {},
): Promise<T> {
  const options = {
    task,
    frees,
    waitSeconds: settings.setup.run.lock_wait_seconds,
    onWait: (text: string) => progress({ text, atOnce: true }),
  };
  return holding(host, lockFile(folder), `on \`${shown(root, folder)}\``, options, work);
}
