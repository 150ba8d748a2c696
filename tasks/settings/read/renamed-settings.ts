interface Renamed {
  /** The keys above it; `*` stands for a name that a person chose. */
  under: readonly string[];
  from: string;
  to: string;
}

/** Settings that have a new name. The old one is read for one version more, with a warning. */
export const renamed: readonly Renamed[] = [
  { under: ['setup'], from: 'defaultRemote', to: 'default_remote' },
  { under: ['setup', 'remotes', '*'], from: 'sshConfig', to: 'ssh_config' },
];

/** The old names that may stand under some keys. */
export const renamedUnder = (keys: readonly string[]): readonly Renamed[] =>
  renamed.filter(({ under }) => under.length === keys.length && under.every((word, index) => word === '*' || word === keys[index]));
