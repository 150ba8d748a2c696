/**
 * What a version of conda or mamba does that another does not. tests/conda replays each.
 * Sources: release notes of conda 26.7 (the channel name `nodefaults` is refused), mamba 2.0 (`env create` asks).
 */
export const condaChanges = {
  /** conda: `nodefaults` is asked for as a channel of that name. */
  nodefaultsIsAChannel: '26.7',
  /** mamba: `env create` waits for a person unless it is given `-y`. */
  mambaAsks: '2',
} as const;

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
