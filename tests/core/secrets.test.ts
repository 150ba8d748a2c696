import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { partsOf, secretsIn, withoutSecrets } from '../../tasks/core/secrets';

const test = suite('secrets');

const called: [name: string, value: string, secret: boolean][] = [
  ['HF_TOKEN', 'correct horse', true],
  ['HUGGING_FACE_HUB_TOKEN', 'correct horse', true],
  ['GITHUB_TOKEN', 'correct horse', true],
  ['AWS_SECRET_ACCESS_KEY', 'correct horse', true],
  ['AWS_ACCESS_KEY_ID', 'correct horse', true],
  ['WANDB_API_KEY', 'correct horse', true],
  ['RCLONE_CONFIG_S3_SECRET_ACCESS_KEY', 'correct horse', true],
  ['RCLONE_CONFIG_PASS', 'correct horse', true],
  ['password', 'correct horse', true],
  ['TOKENIZERS_PARALLELISM', 'false', false],
  ['HF_TOKEN_PATH', '/home/me/token', false],
  ['SSH_AUTH_SOCK', '/tmp/agent', false],
  ['MAX_TOKEN', '4096', false],
  ['HOME', '/home/me', false],
];

for (const [name, value, secret] of called)
  test(`${name}=${value} ${secret ? 'is' : 'is no'} secret`, () => {
    assert.is(secretsIn({ [name]: value }).includes(value), secret);
  });

const texts: [text: string, clean: string][] = [
  ['no token: run `hf auth login`', 'no token: run `hf auth login`'],
  ['token hf_abcdefghijklmnop refused', 'token (hidden) refused'],
  ['GET https://me:s3cr3t@example.org/x', 'GET https://me:(hidden)@example.org/x'],
  ['Authorization: Bearer abc.def-123', 'Authorization: Bearer (hidden)'],
  ['HF_TOKEN=abcdef npx just', 'HF_TOKEN=(hidden) npx just'],
  ['{"token": "abcdef"}', '{"token": "(hidden)"}'],
  ['password: hunter2222', 'password: (hidden)'],
  ['--token abcdef --x', '--token (hidden) --x'],
  ['ghp_abcdefghijklmnopqrstuvwxyz', '(hidden)'],
  ['AKIAABCDEFGHIJKLMNOP', '(hidden)'],
  ['pad_token and eos_token are there', 'pad_token and eos_token are there'],
];

for (const [text, clean] of texts)
  test(`hides by look: ${text}`, () => {
    assert.is(withoutSecrets(text, []), clean);
  });

test('hides by value, in each way that it may be written', () => {
  const secrets = partsOf('pa"ss/wörd');
  for (const text of ['x pa"ss/wörd y', 'https://h/?k=pa%22ss%2Fw%C3%B6rd', '{"k": "pa\\"ss/wörd"}'])
    assert.match(withoutSecrets(text, secrets), '(hidden)');
});

test('hides the longer of two first, and each line of a long one', () => {
  assert.is(withoutSecrets('abcdefgh', ['abcd', 'abcdefgh']), '(hidden)');
  assert.is(withoutSecrets('line: MIIEvgIBADANBgkqh', partsOf('first line is here\nMIIEvgIBADANBgkqh\nend')), 'line: (hidden)');
});

test.run();
