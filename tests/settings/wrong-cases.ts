/** Settings that both loaders refuse, the tasks' and Python's. */
export interface WrongCase {
  what: string;
  file?: string;
  text?: string | Buffer;
  env?: Record<string, string>;
  sets?: string[];
  /** Every line of the message, in order. */
  says: (string | RegExp)[];
}

const bomb = [
  'a: &a [x, x]',
  ...'bcdefghij'.split('').map((name, at) => `${name}: &${name} [*${'abcdefghi'[at]}, *${'abcdefghi'[at]}]`),
].join('\n');

export const wrongCases: readonly WrongCase[] = [
  {
    what: 'a misspelt key',
    text: 'storage:\n  warn_gb: 30\n  eror_gb: 3\n',
    says: ['configs/setup.yaml:3:3: unknown setting storage.eror_gb; did you mean `storage.error_gb`?'],
  },
  {
    what: 'every fault at once, each in its place',
    text: '# one\npython:\n  version: 3.10\n  installer: pipp\nstorage:\n  budget_gb: { raw: -1, processed: many }\nrun: [1]\nfoo: 1\nbarr: 2\n',
    says: [
      'configs/setup.yaml:3:3: python.version is 3.1; expected text: put it in quotes',
      'configs/setup.yaml:4:3: python.installer is "pipp"; expected auto, uv or pip; did you mean `pip`?',
      'configs/setup.yaml:6:16: storage.budget_gb.raw is -1; expected at least 0',
      'configs/setup.yaml:6:25: storage.budget_gb.processed is "many"; expected a number',
      'configs/setup.yaml:7:1: run is a list; expected a mapping',
      /^configs\/setup.yaml:8:1: unknown setting foo; /,
      /^configs\/setup.yaml:9:1: unknown setting barr; /,
    ],
  },
  {
    what: 'below a mapping that may be null',
    text: 'remotes:\n  a: {slurm: {partition: "x y", acount: z}}\n  b: {slurm: yes}\n',
    says: [
      'configs/setup.yaml:2:15: remotes.a.slurm.partition is "x y"; expected a name of a partition',
      'configs/setup.yaml:2:33: unknown setting remotes.a.slurm.acount; did you mean `remotes.a.slurm.account`?',
      'configs/setup.yaml:3:7: remotes.b.slurm is "yes"; expected a mapping',
    ],
  },
  {
    what: 'a number in a list, by its own line',
    file: 'configs/training_config.yaml',
    text: 'lora:\n  target_modules:\n    - q_proj\n    # why\n    - 3\n',
    says: ['configs/training_config.yaml:5:7: training.lora.target_modules.1 is 3; expected text: put it in quotes'],
  },
  {
    what: 'numbers outside of what makes sense',
    file: 'configs/training_config.yaml',
    text: 'lora: {rank: 1.5, dropout: 1, alpha: 0}\narguments: {learning_rate: 0, epochs: .nan, batch_size: .inf}\n',
    says: [
      'configs/training_config.yaml:1:8: training.lora.rank is 1.5; expected a whole number',
      'configs/training_config.yaml:1:19: training.lora.dropout is 1; expected less than 1',
      'configs/training_config.yaml:1:31: training.lora.alpha is 0; expected at least 1',
      'configs/training_config.yaml:2:13: training.arguments.learning_rate is 0; expected more than 0',
      'configs/training_config.yaml:2:31: training.arguments.epochs is NaN; expected a finite number',
      'configs/training_config.yaml:2:45: training.arguments.batch_size is Infinity; expected a finite number',
    ],
  },
  {
    what: 'more passes than anybody means',
    file: 'configs/training_config.yaml',
    text: 'arguments: {epochs: 1e9}\n',
    says: ['configs/training_config.yaml:1:13: training.arguments.epochs is 1000000000; expected at most 5000'],
  },
  {
    what: 'yes where true is meant',
    file: 'configs/training_config.yaml',
    text: 'quantization:\n  load_in_4bit: yes\n',
    says: [
      'configs/training_config.yaml:2:3: training.quantization.load_in_4bit is "yes"; expected true or false: `yes` is text in YAML 1.2',
    ],
  },
  {
    what: 'a key of another section',
    text: 'warn_gb: 40\n',
    says: ['configs/setup.yaml:1:1: unknown setting warn_gb; did you mean `storage.warn_gb`?'],
  },
  { what: 'a key twice', text: 'run:\n  keep_records: 1\n  keep_records: 2\n', says: ['configs/setup.yaml:3:3: duplicated mapping key'] },
  {
    what: 'an anchor',
    text: 'run:\n  keep_records: &n 1\n',
    says: ['configs/setup.yaml:2:17: anchors (`&n`), aliases and merge keys are not used in settings'],
  },
  { what: 'a bomb', text: bomb, says: ['configs/setup.yaml:1:4: anchors (`&a`), aliases and merge keys are not used in settings'] },
  { what: 'a merge key', text: 'run:\n  <<: {keep_records: 1}\n', says: [/^configs\/setup.yaml:2:3: unknown setting run.<<; /] },
  { what: 'a tag of a language', text: 'run: !!js/function "x"\n', says: ['configs/setup.yaml:1:6: tags (`!…`) are not used in settings'] },
  {
    what: 'a tag of YAML',
    text: 'run:\n  keep_records: !!int "1"\n',
    says: ['configs/setup.yaml:2:17: tags (`!…`) are not used in settings'],
  },
  { what: 'a tab as indentation', text: 'run:\n\tkeep_records: 1\n', says: [/^configs\/setup.yaml:2:\d: .*tab/] },
  { what: 'two documents', text: 'run: {}\n---\nrun: {}\n', says: [/^configs\/setup.yaml:3:1: a second document/] },
  { what: 'a NUL', text: 'run: {}\n# a\0b\n', says: ['configs/setup.yaml:2:4: a NUL character'] },
  { what: 'Latin-1', text: Buffer.from('run: {}\n# caf\xe9\n', 'latin1'), says: ['configs/setup.yaml:2:1: bytes that are not UTF-8'] },
  { what: 'a list at the top', text: '- run\n', says: ['configs/setup.yaml:1:1: a list; expected a mapping'] },
  { what: 'a word at the top', text: 'run', says: ['configs/setup.yaml:1:1: a single value; expected a mapping'] },
  { what: 'a section without anything', text: 'run:\n', says: ['configs/setup.yaml:1:1: run is null; expected a mapping'] },
  {
    what: 'a key that is not text',
    text: 'models:\n  3.10: {repo: a/b}\n',
    says: ['configs/setup.yaml:2:3: a key that is not text; put it in quotes'],
  },
  {
    what: 'names that every object has',
    text: '__proto__: {polluted: 1}\nconstructor: 1\nrun: {toString: 1}\n',
    says: [/:1:1: unknown setting __proto__/, /:2:1: unknown setting constructor/, /:3:7: unknown setting run.toString/],
  },
  {
    what: 'a name that would lead out of the folder',
    text: 'models:\n  ../x: {repo: a/b}\n  __proto__: {repo: a/b}\n',
    says: [
      'configs/setup.yaml:2:3: models.../x is "../x"; expected a name of letters, digits, `.`, `_` and `-`',
      'configs/setup.yaml:3:3: unknown setting models.__proto__; expected another name',
    ],
  },
  { what: 'deep nesting', text: '['.repeat(5000), says: [/^configs\/setup.yaml:1:\d+: nesting exceeded/] },
  {
    what: 'a huge file',
    text: `# ${'x'.repeat(1_000_001)}`,
    says: [/^configs\/setup.yaml:1:1: 1000003 bytes; expected settings, at most 1000000 bytes/],
  },
  {
    what: 'JSON with a comma too many',
    file: 'configs/paths_config.json',
    text: '{\n  "data_raw": "x",\n}\n',
    says: ['configs/paths_config.json:3:1: `}` where a key in double quotes was expected'],
  },
  {
    what: 'JSON without a value',
    file: 'configs/paths_config.json',
    text: '{"data_raw": }',
    says: ['configs/paths_config.json:1:14: `}` where a value was expected'],
  },
  {
    what: 'JSON that ends too early',
    file: 'configs/paths_config.json',
    text: '{"data_raw": "x"',
    says: ['configs/paths_config.json:1:17: the end where `,` or `}` was expected'],
  },
  {
    what: 'JSON with a comment',
    file: 'configs/paths_config.json',
    text: '{\n  // mine\n  "data_raw": "x"\n}',
    says: ['configs/paths_config.json:2:3: `//` where a key in double quotes was expected'],
  },
  {
    what: 'JSON with a key twice',
    file: 'configs/paths_config.json',
    text: '{"data_raw": "x",\n "data_raw": "y"}',
    says: ['configs/paths_config.json:2:2: the key `data_raw` stands twice'],
  },
  {
    what: 'JSON with a wrong value and a misspelt key',
    file: 'configs/paths_config.json',
    text: '{\n\t"model_dir": "x",\n\t"data_raw": 5,\n\t"adapters_dir": ""\n}',
    says: [
      'configs/paths_config.json:2:2: unknown setting paths.model_dir; did you mean `paths.models_dir`?',
      'configs/paths_config.json:3:2: paths.data_raw is 5; expected text: put it in quotes',
      'configs/paths_config.json:4:2: paths.adapters_dir is ""; expected text that is not empty',
    ],
  },
  {
    what: 'paths that a shell would read',
    file: 'configs/paths_config.json',
    text: '{\n\t"models_dir": "$HOME/models",\n\t"data_raw": "$SCRATCH",\n\t"adapters_dir": "~bob/adapters"\n}',
    says: ['models_dir is "$HOME/models"', 'data_raw is "$SCRATCH"', 'adapters_dir is "~bob/adapters"'].map(
      (text, index) =>
        `configs/paths_config.json:${index + 2}:2: paths.${text}; expected a path that is written out, without NUL: \`~/\` is the home folder, and nothing else is replaced`,
    ),
  },
  {
    what: 'thresholds the wrong way round',
    text: 'storage: {warn_gb: 10, error_gb: 20}\n',
    says: ['the merged settings: storage.error_gb (20) is above storage.warn_gb (10); expected it to be the lower one'],
  },
  {
    what: 'values that may be null, and are something else',
    text: 'remotes:\n  gpu: {port: 0, transfer: rsink, user: 5}\n',
    says: [
      'configs/setup.yaml:2:9: remotes.gpu.port is 0; expected at least 1',
      'configs/setup.yaml:2:18: remotes.gpu.transfer is "rsink"; expected rsync, scp or auto; did you mean `rsync`?',
      'configs/setup.yaml:2:35: remotes.gpu.user is 5; expected text: put it in quotes',
    ],
  },
  {
    what: 'variables',
    env: { JUST_LORA_STORAGE_WARN_GB: '1', JUST_LORA_STORAGE__ERROR_GB: 'much', JUST_LORA_RUN__KEEP_RECORDS: '[1' },
    says: [
      /^JUST_LORA_RUN__KEEP_RECORDS: run.keep_records cannot be read: /,
      'JUST_LORA_STORAGE_WARN_GB: sets the unknown setting `storage_warn_gb`; did you mean `JUST_LORA_STORAGE__WARN_GB`?',
      'JUST_LORA_STORAGE__ERROR_GB: storage.error_gb is "much"; expected a number',
    ],
  },
  {
    what: '--set',
    sets: ['storage', 'storage.wran_gb=3', 'run.keep_records=x', 'foo=1', 'trainin.processes=2', 'arguments.epochs=2'],
    says: [
      '--set storage: expected path=value, for example `--set storage.warn_gb=40`',
      '--set: unknown setting storage.wran_gb; did you mean `storage.warn_gb`?',
      '--set: run.keep_records is "x"; expected a number',
      /^--set: unknown setting foo; expected one of .*\bstorage\b.*, paths, training$/,
      '--set: unknown setting trainin; did you mean `training`?',
      '--set: unknown setting arguments; did you mean `training.arguments`?',
    ],
  },
  {
    what: 'an old name beside the new one, in one file',
    text: 'remotes:\n  gpu: {ssh_config: a, host: b, sshConfig: c}\ndefaultRemote: gpu\ndefault_remote: null\n',
    says: [
      'configs/setup.yaml:2:33: remotes.gpu.sshConfig is now called remotes.gpu.ssh_config, and both are there; remove remotes.gpu.sshConfig',
      'configs/setup.yaml:3:1: defaultRemote is now called default_remote, and both are there; remove defaultRemote',
    ],
  },
  {
    what: 'an old name beside the new one, in two variables',
    env: { JUST_LORA_DEFAULTREMOTE: 'a', JUST_LORA_DEFAULT_REMOTE: 'b' },
    says: [
      'JUST_LORA_DEFAULTREMOTE: JUST_LORA_DEFAULTREMOTE is now called JUST_LORA_DEFAULT_REMOTE, and both are there; remove JUST_LORA_DEFAULTREMOTE',
    ],
  },
  {
    what: 'an old name beside the new one, in two options',
    sets: ['default_remote=a', 'defaultRemote=b'],
    says: ['--set: defaultRemote is now called default_remote, and both are there; remove defaultRemote'],
  },
  {
    what: 'a wrong value under an old name, in its place',
    text: 'remotes:\n  gpu:\n    sshConfig: 5\n',
    says: ['configs/setup.yaml:3:5: remotes.gpu.ssh_config is 5; expected text: put it in quotes'],
  },
];
