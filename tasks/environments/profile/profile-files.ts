/**
 * `as-asked` has the versions that the project was planned with, `compat` those that load its models, `current` those of
 * today, for what is newer than both. Best first.
 */
export const profileNames = ['as-asked', 'compat', 'current'] as const;
export type ProfileName = (typeof profileNames)[number];

/** The files of a profile, relative to the project. */
export interface ProfileFiles {
  /** What a person edits: the conda environment file. */
  requirements: string;
  /** Every package of the package index with its hashes. */
  lock: string;
}

/** Where each profile is written down. */
export const profileFiles: Readonly<Record<ProfileName, ProfileFiles>> = {
  'as-asked': { requirements: 'environment-remote.yml', lock: 'environment-remote.lock' },
  compat: { requirements: 'environment-remote.compat.yml', lock: 'environment-remote.compat.lock' },
  current: { requirements: 'environment-remote.current.yml', lock: 'environment-remote.current.lock' },
};

/** All of them share one place: the one that is there is told by its lock, the others wait beside it. */
export const profileVariants: { readonly variants: Readonly<Record<string, string>> } = {
  variants: Object.fromEntries(Object.entries(profileFiles).map(([name, { lock }]) => [lock, name])),
};
