/**
 * Since when rsync does what we ask of it. Sources: NEWS.md of rsync; rsync(1) of openrsync, which has none of these.
 */
export const rsyncSince = {
  /** `--info`, progress of the whole transfer, `%l` in the format of a look. */
  info: '3.1.0',
  /** `--zc=zstd`. */
  zstd: '3.2.0',
  /** Names reach the other side's shell escaped. */
  escapes: '3.2.4',
} as const;
