import * as fs from 'node:fs';
import * as path from 'node:path';
import { repository } from '../support/project';

/** Settings that both loaders, the tasks' and Python's, read to the same result. */
export interface RightCase {
  what: string;
  /** Files under configs/, by name. */
  files?: Record<string, string>;
  env?: Record<string, string>;
  sets?: string[];
  environment?: 'local' | 'remote';
  /** What has to stand at a path of the result: of the merge, that is the point of the case. */
  gives: Record<string, unknown>;
}

const numbers: Record<string, unknown> = {
  '16': 16,
  '+16': 16,
  '0x10': 16,
  '0o20': 16,
  '0b10000': 16,
  '016': 16,
  '1e3': 1000,
  '1E+3': 1000,
  '16.0': 16,
  '16.': 16,
};
const words = [
  'yes',
  'no',
  'on',
  'off',
  'y',
  '1_000',
  '2001-12-14',
  '12:30:45',
  '=',
  '0o9',
  '1e',
  '+',
  '.',
  '-.',
  'NaN',
  'nUll',
  '0x',
  '1.2.3',
];

const fileOf = (name: string) => fs.readFileSync(path.join(repository, 'configs', name), 'utf8');

export const rightCases: readonly RightCase[] = [
  {
    what: 'the files that a project starts from',
    files: Object.fromEntries(['setup.yaml', 'paths_config.json', 'training_config.yaml'].map((name) => [name, fileOf(name)])),
    gives: { 'setup.python.version': '3.10', 'training.arguments.learning_rate': 2e-4 },
  },
  { what: 'nothing at all', gives: { 'setup.storage.warn_gb': 30, 'training.lora.rank': 16, 'paths.data_raw': 'data/raw' } },
  {
    what: 'a file over the defaults',
    files: { 'setup.yaml': 'storage:\n  warn_gb: 40\n' },
    gives: { 'setup.storage.warn_gb': 40, 'setup.storage.error_gb': 20 },
  },
  {
    what: "the machine's own over the file, by environment",
    files: {
      'setup.yaml': 'storage: {warn_gb: 40, budget_gb: {raw: 2}}',
      'setup.local.yaml': 'storage: {warn_gb: 50}',
      'setup.remote.yaml': 'storage: {warn_gb: 60}',
      'paths_config.remote.yaml': 'models_dir: /mnt/models',
      'training_config.remote.yaml': 'arguments: {batch_size: 2}',
    },
    environment: 'remote',
    gives: {
      'setup.storage.warn_gb': 60,
      'setup.storage.budget_gb.raw': 2,
      'paths.models_dir': '/mnt/models',
      'training.arguments.batch_size': 2,
    },
  },
  {
    what: 'the environment that does not apply',
    files: { 'setup.remote.yaml': 'storage: {warn_gb: 60}' },
    gives: { 'setup.storage.warn_gb': 30 },
  },
  {
    what: 'variables over files, and --set over all',
    files: { 'setup.local.yaml': 'storage: {warn_gb: 50, error_gb: 30}\nrun: {keep_records: 7}' },
    env: { JUST_LORA_STORAGE__WARN_GB: '60', JUST_LORA_SETUP__STORAGE__ERROR_GB: '40' },
    sets: ['storage.warn_gb=70'],
    gives: { 'setup.storage.warn_gb': 70, 'setup.storage.error_gb': 40, 'setup.run.keep_records': 7 },
  },
  {
    what: 'an empty variable, which says nothing',
    env: { JUST_LORA_STORAGE__WARN_GB: '', HF_HOME: '' },
    gives: { 'setup.storage.warn_gb': 30, 'paths.hf_home': 'models/.huggingface' },
  },
  {
    what: 'text as it is typed',
    env: { JUST_LORA_PYTHON__VERSION: '3.10', JUST_LORA_PATHS__DATA_RAW: '/a: b #c', JUST_LORA_PATHS__MODELS_DIR: '~' },
    sets: ['python.interpreter=[x]', 'paths.adapters_dir=null'],
    gives: {
      'setup.python.version': '3.10',
      'setup.python.interpreter': '[x]',
      'paths.data_raw': '/a: b #c',
      'paths.models_dir': '~',
      'paths.adapters_dir': 'null',
    },
  },
  {
    what: 'null where it may stand',
    files: { 'setup.yaml': 'python: {interpreter: /usr/bin/python3}' },
    sets: ['python.interpreter=null'],
    gives: { 'setup.python.interpreter': null },
  },
  {
    what: 'the variable of the Hugging Face libraries, and ours over it',
    env: { HF_HOME: '/cache/hf', JUST_LORA_PATHS__HF_HOME: '/ours' },
    gives: { 'paths.hf_home': '/ours' },
  },
  {
    what: 'a list, replaced as a whole',
    files: { 'training_config.yaml': 'lora:\n  target_modules: [q_proj, v_proj]\n' },
    env: { JUST_LORA_TRAINING__LORA__RANK: '8' },
    sets: ['training.lora.target_modules=[o_proj]'],
    gives: { 'training.lora.target_modules': ['o_proj'], 'training.lora.rank': 8, 'training.lora.alpha': 32 },
  },
  {
    what: 'models by name: the file stands instead of the default list',
    files: { 'setup.yaml': 'models:\n  mine: {repo: me/mine}\n' },
    gives: { 'setup.models.mine': { repo: 'me/mine', revision: 'main', enabled: true }, 'setup.models.mistral-7b': undefined },
  },
  {
    what: "models by name: the machine's own and variables stand beside it",
    files: { 'setup.local.yaml': 'models:\n  other: {repo: me/other}\n' },
    env: { JUST_LORA_MODELS__LLAMA_3_1_8B__REVISION: 'abc', JUST_LORA_MODELS__MISTRAL_7B__ENABLED: 'true' },
    sets: ['models.llama-3.1-8b.enabled=false', 'models.new-1.5b.repo=me/new'],
    gives: {
      'setup.models.other.repo': 'me/other',
      'setup.models.llama-3|1-8b.revision': 'abc',
      'setup.models.llama-3|1-8b.enabled': false,
      'setup.models.mistral-7b.enabled': true,
      'setup.models.new-1|5b.repo': 'me/new',
    },
  },
  {
    what: 'of two models whose names begin alike the longer one is meant',
    files: { 'setup.yaml': 'models: {small: {repo: me/small}, small.v2: {repo: me/small-v2}}' },
    sets: ['models.small.v2.enabled=false'],
    gives: { 'setup.models.small.enabled': true, 'setup.models.small|v2.enabled': false },
  },
  {
    what: 'a remote that two layers describe together',
    files: { 'setup.yaml': 'remotes: {gpu: {host: me@there, path: /a}}', 'setup.local.yaml': 'remotes: {gpu: {path: /b}}' },
    sets: ['remotes.gpu.host=you@there'],
    gives: { 'setup.remotes.gpu.host': 'you@there', 'setup.remotes.gpu.path': '/b' },
  },
  {
    what: 'a mapping or null: with its defaults, from several layers, and null',
    files: {
      'setup.yaml': 'remotes: {site: {slurm: {partition: gpu}}, own: {slurm: {account: lab}}, plain: {}}',
      'setup.local.yaml': 'remotes: {site: {slurm: {account: lab}}, own: {slurm: null}}',
    },
    env: { JUST_LORA_REMOTES__SITE__SLURM__TIME: '1:00:00' },
    gives: {
      'setup.remotes.site.slurm': { partition: 'gpu', account: 'lab', gres: null, time: '1:00:00', extra: [] },
      'setup.remotes.own.slurm': null,
      'setup.remotes.plain.slurm': null,
    },
  },
  {
    what: 'comments and the schema in JSON',
    files: { 'paths_config.json': '{"$schema": "x", "//": {"a": 1}, "// b": 2,\n\t"data_raw": "r\\u00e4w\\/\\ud83d\\ude00"}\r\n' },
    gives: { 'paths.data_raw': 'räw/😀' },
  },
  {
    what: 'empty files',
    files: { 'setup.yaml': '', 'paths_config.json': ' \n', 'training_config.yaml': '# nothing\n' },
    gives: { 'training.lora.rank': 16 },
  },
  {
    what: 'byte order marks and Windows line ends',
    files: { 'setup.yaml': '\ufeffrun:\r\n  keep_records: 7\r\n', 'paths_config.json': '\ufeff{"data_raw": "x"}' },
    gives: { 'setup.run.keep_records': 7, 'paths.data_raw': 'x' },
  },
  {
    what: 'a block at the end of a file that has no last line end',
    files: { 'paths_config.local.yaml': 'data_raw: |\n  raw' },
    gives: { 'paths.data_raw': 'raw\n' },
  },
  {
    what: 'YAML in its many styles',
    files: {
      'setup.yaml': [
        '---',
        '"storage": {"warn_gb": 40, error_gb: 5}',
        'python:',
        "  interpreter: 'it''s'",
        '  version: "3.11"',
        'environments:',
        '  local:',
        '    path: >-',
        '      one',
        '      two',
        '    lock: |',
        '      kept',
        '? run',
        ': keep_records: 7',
        'download:',
        '  exclude:',
        '  - a # why',
        '  - "#b"',
        '  - c#d',
        '  -',
        '    e',
        'sync:',
        '  push: [configs?, ?x, a?b, "q?", x? ]',
        '  pull:',
        '    - what?',
        '    - ?y',
        '...',
      ].join('\n'),
    },
    gives: {
      'setup.storage.warn_gb': 40,
      'setup.storage.error_gb': 5,
      'setup.python.interpreter': "it's",
      'setup.python.version': '3.11',
      'setup.environments.local.path': 'one two',
      'setup.environments.local.lock': 'kept\n',
      'setup.run.keep_records': 7,
      'setup.download.exclude': ['a', '#b', 'c#d', 'e'],
      'setup.sync.push': ['configs?', '?x', 'a?b', 'q?', 'x?'],
      'setup.sync.pull': ['what?', '?y'],
    },
  },
  {
    what: 'the old names of settings, in every layer',
    files: {
      'setup.yaml': 'remotes:\n  gpu: {sshConfig: a}\n  my.box: {host: box, sshConfig: b}\ndefaultRemote: gpu\n',
      'setup.local.yaml': 'remotes:\n  gpu: {ssh_config: c}\n',
    },
    env: { JUST_LORA_DEFAULTREMOTE: 'my.box' },
    sets: ['remotes.my.box.sshConfig=d', 'remotes.new.one.sshConfig=e'],
    gives: {
      'setup.default_remote': 'my.box',
      'setup.defaultRemote': undefined,
      'setup.remotes.gpu.ssh_config': 'c',
      'setup.remotes.my|box.ssh_config': 'd',
      'setup.remotes.my|box.host': 'box',
      'setup.remotes.new|one.ssh_config': 'e',
    },
  },
  {
    what: 'the old name of a setting under a remote, as a variable',
    files: { 'setup.yaml': 'remotes:\n  my.box: {host: box}\n' },
    env: { JUST_LORA_REMOTES__MY_BOX__SSHCONFIG: 'f' },
    gives: { 'setup.remotes.my|box.ssh_config': 'f' },
  },
  ...Object.entries(numbers).map(([text, value]) => ({
    what: `the number ${text}`,
    files: { 'training_config.yaml': `lora:\n  rank: ${text}\n` },
    gives: { 'training.lora.rank': value },
  })),
  ...words.map((word) => ({
    what: `the word ${word}`,
    files: { 'training_config.yaml': `lora:\n  target_modules:\n    - ${word}\n` },
    gives: { 'training.lora.target_modules': [word] },
  })),
  ...Object.entries({ '.5': 0.5, '5e-1': 0.5, '0.05': 0.05, '-0.0': 0, '0.99': 0.99 }).map(([text, value]) => ({
    what: `the share ${text}`,
    files: { 'training_config.yaml': `lora: {dropout: ${text}}\n` },
    gives: { 'training.lora.dropout': value },
  })),
];
