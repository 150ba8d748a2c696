import { parseRunRecord, type RecordedStep, type RunRecord, recordedStep } from '../../tasks/engine/records/run-record';
import { emptyRemote, remoteMachine, thisMachine } from '../../tasks/report/machine';
import type { PageContent } from '../../tasks/report/page/page';

/** A project as it is on a working day: a laptop with a package too few, and a GPU machine whose records were fetched. */

const GB = 1e9;
const step = (name: string, state: string, found: string, more: object = {}): object => ({
  name,
  title: name,
  state,
  found,
  actions: [],
  durationMs: 4,
  ...more,
});
const did = (...titles: string[]): object => ({ actions: titles.map((title) => ({ title, durationMs: 900 })) });
const run = (startedAt: string, task: string, outcome: string, durationMs: number, steps: object[], more: object = {}): RunRecord =>
  parseRunRecord(
    JSON.stringify({
      version: 1,
      task,
      outcome,
      startedAt,
      durationMs,
      steps,
      versions: { node: '22.11.0', python: '3.10.13', 'just-lora': '0.1.0' },
      ...more,
    }),
  ) as RunRecord;
const seen = (steps: object[]) => steps.map((one) => ({ ...(recordedStep(one) as RecordedStep), mends: 'setup:local' }));

const asked = {
  pandas: '2.1.3',
  beautifulsoup4: '4.12.2',
  trafilatura: '1.6.2',
  datasets: '2.15.0',
  datasketch: '1.6.4',
  jsonlines: '4.0.0',
  nltk: '3.8.1',
  langdetect: '1.0.9',
  requests: '2.31.0',
};
const others = {
  aiohttp: '3.9.1',
  attrs: '23.1.0',
  certifi: '2023.11.17',
  charset_normalizer: '3.3.2',
  courlan: '0.9.5',
  dill: '0.3.7',
  filelock: '3.13.1',
  fsspec: '2023.10.0',
  idna: '3.6',
  joblib: '1.3.2',
  lxml: '4.9.4',
  numpy: '1.26.4',
  packaging: '23.2',
  pyarrow: '14.0.2',
  regex: '2023.10.3',
  scipy: '1.11.4',
  six: '1.16.0',
  tqdm: '4.66.1',
  urllib3: '2.1.0',
  xxhash: '3.4.1',
};
const packages = [
  ...Object.entries(asked).map(([name, version]) => ({ name, version, locked: version, asked: true })),
  ...Object.entries(others).map(([name, version]) => ({ name, version, locked: version })),
];
const drifted = packages.map((one) =>
  one.name === 'datasets'
    ? { ...one, version: '2.16.1', drift: 'version' }
    : one.name === 'xxhash'
      ? { name: 'xxhash', locked: '3.4.1', drift: 'missing' }
      : one,
);
const parts = (raw: number, processed: number, models: number, checkpoints: number): object[] => [
  { name: 'raw data', budgetBytes: 0.3 * GB, thereBytes: raw * GB },
  { name: 'processed data', budgetBytes: 1 * GB, thereBytes: processed * GB },
  { name: 'models', budgetBytes: 16.1 * GB, thereBytes: models * GB },
  { name: 'checkpoints', budgetBytes: 2 * GB, thereBytes: checkpoints * GB },
  { name: 'buffer', budgetBytes: 10 * GB },
];
const trainingData = {
  files: [
    { file: 'data/processed/train.jsonl', split: 'train', rows: 4001, bytes: 5e6 },
    { file: 'data/processed/validation.jsonl', split: 'validation', rows: 200, bytes: 2e5 },
  ],
  faults: [
    { file: 'data/processed/train.jsonl', kind: 'answer-cut', level: 'error', count: 12, line: 88, detail: '2911 tokens for llama-3.1-8b' },
    { file: 'data/processed/train.jsonl', kind: 'near-duplicate', level: 'warning', count: 31, line: 407 },
  ],
  lengths: [
    {
      model: 'llama-3.1-8b',
      split: 'train',
      countedBy: 'tokenizer',
      examples: 4001,
      median: 310,
      maxSeqLength: 1024,
      cut: 211,
      histogram: [
        { upTo: 128, examples: 402 },
        { upTo: 256, examples: 1208 },
        { upTo: 512, examples: 1600 },
        { upTo: 1024, examples: 580 },
        { upTo: 2048, examples: 190 },
        { upTo: 4096, examples: 21 },
      ],
    },
  ],
};
const folders = step('mkdirs', 'done', '7 of 7 folders there');

const here = thisMachine(
  {
    at: '2026-03-02T09:41:00.000Z',
    steps: seen([
      folders,
      step('files', 'done', '14 of 14 files there'),
      step('gitignore', 'done', 'contents of `data`, `models` and `adapters` are ignored, the folders are kept'),
      step('storage', 'done', '24.8 GB free in `data/raw` and 1.1 GB already there, 20 GB needed', {
        warning: '24.8 GB free and 1.1 GB in use, below storage.warn_gb (30 GB)',
        volumes: [
          { folder: 'data/raw', availableBytes: 24.8 * GB, neededBytes: 20 * GB, comfortBytes: 30 * GB, parts: parts(0.24, 0.81, 0, 0.05) },
        ],
      }),
      step('data', 'done', '4,201 rows in 2 files, 5.2 MB; llama-3.1-8b: median 310 tokens, longest 2911', {
        warning: '1 kind of errors, the first: data/processed/train.jsonl:88',
        data: trainingData,
      }),
      step(
        'venv',
        'todo',
        '27 of 29 packages match the lock, Python 3.10.13: 1 missing (xxhash), 1 in another version (datasets 2.16.1 instead of 2.15.0)',
        {
          changed: ['requirements-local.lock changed'],
          packages: drifted,
        },
      ),
      step('libraries', 'blocked', '`import nltk` ended with exit code 1', {
        code: 'E_IMPORT',
        needed: 'each of the nine libraries imported and used once',
        fix: 'npx just env:local --force',
        tail: 'File "nltk/data.py", line 12, in <module>\nImportError: cannot import name \'resources\'',
      }),
    ]),
  },
  [
    run('2026-03-02T09:12:31.000Z', 'setup:local', 'failed', 41_300, [
      folders,
      step('venv', 'failed', '`uv pip sync` ended with exit code 2: no space left on the device', {
        code: 'E_DISK_FULL',
        changed: ['requirements-local.txt changed'],
        fix: '`npx just storage`',
      }),
    ]),
    run('2026-03-02T09:03:10.000Z', 'sync:push', 'changed', 18_420, [
      step('push', 'done', '12 files, 0.81 GB', did('send 3 files, 212 MB, to `gpu-1`')),
    ]),
    run('2026-03-01T17:20:44.000Z', 'setup:local', 'unchanged', 15, [folders]),
    run('2026-03-01T17:02:19.000Z', 'setup:local', 'interrupted', 2_210, [step('venv', 'skipped', 'not reached')]),
    run('2026-03-01T16:58:02.000Z', 'setup:local', 'changed', 4_240, [
      step('mkdirs', 'done', '7 of 7 folders there', did('make 7 folders')),
      step(
        'venv',
        'done',
        '29 of 29 packages match the lock',
        did('fetch uv 0.8.3 into the state folder', 'build `.venv-local` with Python 3.10.13 and 29 packages of the lock'),
      ),
    ]),
  ],
  0,
);

const remote = remoteMachine(
  'gpu-1',
  [
    run('2026-03-02T08:15:00.000Z', 'setup:remote', 'changed', 312_000, [
      folders,
      step('storage', 'done', '1.6 TB free in `/mnt/models` and 16.1 GB already there, 20 GB needed', {
        volumes: [
          {
            folder: '/mnt/models',
            availableBytes: 1600 * GB,
            neededBytes: 20 * GB,
            comfortBytes: 30 * GB,
            parts: parts(0, 0.6, 16.1, 0.9),
          },
        ],
      }),
      step(
        'gpu',
        'done',
        'NVIDIA GeForce RTX 3090, capability 8.6, 23.4 GB free; driver 535.129.03 for CUDA up to 12.2, torch 2.1.0 built for CUDA 12.1',
        {
          table: [
            ['layer', 'state', 'what was found'],
            ['driver', 'ok', '535.129.03, CUDA up to 12.2'],
            ['torch', 'ok', '2.1.0+cu121, sm_86 is in it'],
            ['4 bits', 'ok', 'NF4 product within 0.2 %'],
            ['memory', 'ok', 'fits with 4.1 GB to spare'],
          ],
        },
      ),
      step(
        'train',
        'done',
        '5 steps, loss 6.93 → 6.71, 0.4 s a step',
        did("make the training environment with conda, then pip's half from its lock", 'train five steps'),
      ),
    ]),
  ],
  0,
);

export const sample: PageContent = {
  project: 'weather-lora',
  hostname: 'laptop',
  environment: 'local',
  lookedAt: here.lookedAt,
  version: '0.1.0',
  machines: [here, ...(remote ? [remote] : []), emptyRemote('gpu-2', { isFetched: true, unreadable: 0, setUp: 'setup:remote --on=gpu-2' })],
};
