import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { childEnvironment, type ProgramKind } from '../../tasks/platform/processes/child-environment';

const test = suite('what a program gets of our environment');

const kinds: readonly ProgramKind[] = ['plain', 'installer', 'conda', 'ssh', 'rclone', 'hf'];

/** Each variable with the kinds of program that get it. */
const table: readonly [name: string, value: string, gets: readonly ProgramKind[]][] = [
  // What nobody needs who has not asked for it.
  ['HF_TOKEN', 'hf_abcdefghijklmnop', []],
  ['HUGGING_FACE_HUB_TOKEN', 'correct horse', []],
  ['AWS_ACCESS_KEY_ID', 'correct horse', []],
  ['AWS_SECRET_ACCESS_KEY', 'correct horse', []],
  ['AWS_SESSION_TOKEN', 'correct horse', []],
  ['AWS_PROFILE', 'work', []],
  ['AZURE_STORAGE_SAS_TOKEN', 'correct horse', []],
  ['GOOGLE_APPLICATION_CREDENTIALS', '/home/me/key.json', []],
  ['GITHUB_TOKEN', 'correct horse', []],
  ['WANDB_API_KEY', 'correct horse', []],
  ['OPENAI_API_KEY', 'correct horse', []],
  ['MY_SECRET_THING', 'correct horse', []],
  ['DB_PASSWORD', 'correct horse', []],
  ['PGPASSWORD', 'correct horse', []],
  ['MYSQL_PWD', 'correct horse', []],
  ['SLURM_JWT', 'correct horse', []],
  ['UV_PUBLISH_TOKEN', 'correct horse', []],
  ['HOST_KEY', '/etc/key', []],
  // By its look alone.
  ['NOTE', 'ghp_abcdefghijklmnopqrstuvwxyz', []],
  ['DATABASE_URL', 'postgres://me:s3cr3t@db/x', []],
  // Their own.
  ['PIP_INDEX_URL', 'https://me:s3cr3t@index/simple', ['installer']],
  ['UV_INDEX_WORK_PASSWORD', 'correct horse', ['installer']],
  ['CONDA_TOKEN', 'correct horse', ['conda']],
  ['SSH_AUTH_SOCK', '/tmp/agent', ['ssh', 'rclone']],
  ['RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY', 'correct horse', ['rclone']],
  ['RCLONE_CONFIG', '/home/me/rclone.conf', ['rclone']],
  ['HTTPS_PROXY', 'http://me:s3cr3t@proxy:3128', ['installer', 'conda', 'ssh', 'rclone', 'hf']],
  // What everybody needs.
  ...(
    [
      ['PATH', '/home/me/sk-a-folder-that-looks-like-a-key:/usr/bin'],
      ['HOME', '/home/me'],
      ['LANG', 'de_DE.UTF-8'],
      ['LC_ALL', 'C'],
      ['TMPDIR', '/scratch'],
      ['XDG_CACHE_HOME', '/scratch/cache'],
      ['https_proxy', 'http://proxy:3128'],
      ['no_proxy', 'localhost,.site'],
      ['SSL_CERT_FILE', '/etc/site.pem'],
      ['REQUESTS_CA_BUNDLE', '/etc/site.pem'],
      ['AWS_CA_BUNDLE', '/etc/site.pem'],
      ['PIP_CERT', '/etc/site.pem'],
      ['NETRC', '/home/me/.netrc'],
      ['PIP_INDEX_URL', 'https://index/simple'],
      ['UV_CACHE_DIR', '/scratch/uv'],
      ['CONDA_PKGS_DIRS', '/scratch/conda'],
      ['CUDA_VISIBLE_DEVICES', '0,1'],
      ['NVIDIA_VISIBLE_DEVICES', 'all'],
      ['LD_LIBRARY_PATH', '/usr/local/cuda/lib64'],
      ['HF_HOME', '/scratch/hf'],
      ['HF_TOKEN_PATH', '/home/me/token'],
      ['HF_HUB_DISABLE_IMPLICIT_TOKEN', '1'],
      ['TOKENIZERS_PARALLELISM', 'false'],
      ['SLURM_JOB_ID', '42'],
      ['SSH_CONNECTION', '10.0.0.1 22 10.0.0.2 22'],
      ['SystemRoot', 'C:\\Windows'],
      ['JUST_LORA_STORAGE__WARN_GB', '40'],
    ] as const
  ).map(([name, value]): [string, string, readonly ProgramKind[]] => [name, value, kinds]),
];

for (const [name, value, gets] of table)
  test(`${name}=${value}: ${gets.length === kinds.length ? 'all' : gets.join(', ') || 'nobody'}`, () => {
    assert.equal(
      kinds.filter((kind) => childEnvironment(kind, { [name]: value })[name] === value),
      gets,
    );
  });

test('what the caller gives goes along, and what it takes away is gone', () => {
  assert.equal(childEnvironment('hf', { HF_TOKEN: 'ours', A: 'a', B: 'b' }, { HF_TOKEN: 'hf_given_by_caller', B: undefined }), {
    A: 'a',
    HF_TOKEN: 'hf_given_by_caller',
  });
});

test.run();
