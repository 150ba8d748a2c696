import type { Host } from '../../platform';
import { type LockOwner, maxLockChars, parseLockOwner } from './lock-owner';

/** Where a lock's file lies: below a folder that others may write into too. */
export interface LockPlace {
  folder: string;
  /** Relative to the folder. */
  name: string;
}

/** What lies under a lock's name. */
export interface SeenLock {
  /** Its text; where it cannot be read, or is no file, what tells it from another one. */
  mark: string;
  owner: LockOwner | undefined;
  /** Nobody else can have written it. */
  isOurs: boolean;
}

/** A look: `undefined` where nothing is there. @throws UserError E_UNSAFE_PATH */
export function seeLock({ shared }: Host, { folder, name }: LockPlace): SeenLock | undefined {
  const found = shared.read(folder, name, maxLockChars);
  if (found) return { mark: found.text, owner: parseLockOwner(found.text), isOurs: shared.isOursAlone(found.stat) };
  const entry = shared.lstat(folder, name);
  return entry && { mark: `${entry.ino} ${entry.mtimeMs}`, owner: undefined, isOurs: false };
}

/** Whether the lock is that of one run. */
export const isLockOf = (host: Host, place: LockPlace, { id }: LockOwner): boolean => seeLock(host, place)?.owner?.id === id;
