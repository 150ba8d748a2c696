import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { withFileLock } from '../../engine/lock/lock';
import { shown } from '../../engine/paths';
import type { Progress } from '../../engine/step';
import { lockFile, ownCache } from './layout';

/**
 * Holds a model's folder while it is changed: the project's own lock says nothing to another project, or another
 * machine, with the same `paths.models_dir`.
 * @param work gets whether another run was at work there until now: what was seen before does not hold
 * @param freesSpace the work makes room: it goes on where the disk has none for a lock
 * @throws UserError E_LOCKED with who holds it, after `run.lock_wait_seconds`; E_LOCK_LOST
 */
export function withFolderLock<T>(
  { host, root, task, settings }: Context,
  folder: string,
  progress: (progress: Progress) => void,
  work: (waited: boolean) => Promise<T>,
  { freesSpace = false }: { freesSpace?: boolean } = {},
): Promise<T> {
  // Who may not write there changes nothing: another run needs not be kept off, and could not be.
  if (!mayWrite(host, folder)) return work(false);
  const options = {
    task,
    freesSpace,
    waitSeconds: settings.setup.run.lock_wait_seconds,
    onWait: (text: string) => progress({ text, atOnce: true }),
  };
  return withFileLock(host, lockFile(folder), `on \`${shown(root, folder)}\``, options, work);
}

/** Whether a lock could be made: in the folder where locks lie, or in the nearest one above it that is there. */
function mayWrite({ files }: Context['host'], folder: string): boolean {
  const places = [path.join(folder, ownCache), path.join(folder, '.cache'), folder];
  const there = places.find((place) => files.lstat(place));
  return there === undefined || files.isWritable(there);
}
