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
