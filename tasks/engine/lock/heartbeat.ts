/**
 * When a lock whose owner cannot be looked at (on another machine, in another container, behind a remote) counts as left:
 * one rule for the locks of this machine (lock-owner.ts) and for that of a remote (sync/posix/lock.ts).
 */

/** Seconds between two signs of life of who holds a lock, unless the lock says another. */
export const heartbeatSeconds = 15;

/** An owner that misses so many beats is gone: clients of NFS may see a file as it was a minute ago, and a line may hang. */
export const missedHeartbeats = 8;

/** Minutes without a sign of life after which a lock of the usual beat is left, as `find -mmin` and messages count. */
export const staleMinutes = (missedHeartbeats * heartbeatSeconds) / 60;
