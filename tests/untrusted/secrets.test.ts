import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { partsOf, secretsIn, withoutSecrets } from '../../tasks/untrusted/secrets';

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
  ['github_pat_11ABCDEFG0abcdefghijklmnop', '(hidden)'],
  ['AKIAABCDEFGHIJKLMNOP wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '(hidden)'],
  ['sk-proj-abcdefghijklmnopqrstuv', '(hidden)'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----', '(hidden)'],
  // Cut at its head, and JSON.
  ['MIIEvgIBADANBgkqhkiG9w0\nBAQEFAASCBKg=\n-----END PRIVATE KEY-----', '(hidden)'],
  ['a short word\nMIIEvgIBADANBgkqhkiG9w0\n\nBAQEFAASCBKg=\n-----END EC PRIVATE KEY-----.', 'a short word\n(hidden).'],
  ['{"key": "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"}', '{"key": "(hidden)\\n"}'],
  ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic (hidden)'],
  ['"authorization": "Bearer abcdef.ghi"', '"authorization": "Bearer (hidden)"'],
  ['Basic dTpw', 'Basic (hidden)'],
  ['user dXNlcjpwYXNzd29yZA== went', 'user (hidden) went'],
  ['/home/me/dXNlcjpwYXNzd29yZA==/x', '/home/me/(hidden)/x'],
  ['https://me:p@ss@host/x', 'https://me:(hidden)@host/x'],
  ['https://0123456789abcdef0123456789abcdef@host/x', 'https://(hidden)@host/x'],
  ['to=https%3A%2F%2Fme%3As3cr3t%40host', 'to=https%3A%2F%2Fme%3A(hidden)%40host'],
  ['x?token%3Dabcdef&y', 'x?token%3D(hidden)&y'],
  ['https://cdn/x?Expires=1&Signature=ab~c&Key-Pair-Id=K1', 'https://cdn/x?Expires=1&Signature=(hidden)&Key-Pair-Id=(hidden)'],
  [':s3,access_key_id=key1,secret_access_key="a,b""c":bucket/p', ':s3,access_key_id=(hidden),secret_access_key=(hidden):bucket/p'],
  ['store,pass=abc,host=x:p', 'store,pass=(hidden),host=x:p'],
  [":sftp,host=h,pass='x:y',key_pem=zz:d", ':sftp,host=h,pass=(hidden),key_pem=(hidden):d'],
  ['curl -u me:pw123 https://x', 'curl -u me:(hidden) https://x'],
  ['hf download --hf-token abcdef', 'hf download --hf-token (hidden)'],
  ['password="correct horse" x', 'password="(hidden)" x'],
  ['{\\"token\\": \\"abcdef\\"}', '{\\"token\\": \\"(hidden)\\"}'],
  ['  token: abcdef', '  token: (hidden)'],
  ["'api_key': 'abcdef'", "'api_key': '(hidden)'"],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def', '(hidden)'],
];
for (const stays of [
  'TOKENIZERS_PARALLELISM=false',
  'tokenizer.json, tokenizer_config.json',
  'HF_TOKEN_PATH=/home/me/.cache/huggingface/token',
  'token: /home/me9/.cache/huggingface/token',
  'a token was found in `models/.huggingface/token`',
  'commit 2b3c1f9f3a0d1e5c7b9a8f6e4d2c0b1a3f5e7d9c of meta-llama/Llama-3.1-8B',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'eos_token: "</s>", pad_token=<pad>, pad_token_id=151643',
  'hf_transfer 0.1.4 and hf_hub_download',
  'Basic settings, and secrets are hidden',
  'LlamaForCausalLM AutoModelForSequenceClassification bitsandbytes',
  'git@github.com:owner/name.git ssh://git@host/x host:8080/a@b',
  'password: none',
  '(E_HUB_BAD_TOKEN)',
])
  texts.push([stays, stays]);

for (const [text, clean] of texts)
  test(`hides by look: ${text}`, () => {
    assert.is(withoutSecrets(text, []), clean);
    assert.is(withoutSecrets(clean, []), clean, 'twice changes nothing');
  });

test('hides by value, in each way that it may be written', () => {
  const secrets = partsOf('pa"ss/wörd');
  for (const text of ['x pa"ss/wörd y', 'https://h/?k=pa%22ss%2Fw%C3%B6rd', '{"k": "pa\\"ss/wörd"}'])
    assert.match(withoutSecrets(text, secrets), '(hidden)');
});

test('hides by value what base64 makes of it, wherever it begins', () => {
  const secrets = partsOf('correct horse');
  for (const user of ['', 'u:', 'us:', 'use:', 'user:']) {
    const text = Buffer.from(`${user}correct horse`).toString('base64');
    assert.match(withoutSecrets(text, secrets), '(hidden)', text);
    assert.not.match(withoutSecrets(text, secrets), text.slice(-10, -4));
  }
});

test('a variable without an underscore, an address with a password', () => {
  assert.equal(secretsIn({ PGPASSWORD: 'correct' }), partsOf('correct'));
  assert.ok(secretsIn({ PIP_INDEX_URL: 'https://me:p%40ssword@host/simple' }).includes('p@ssword'));
  assert.ok(secretsIn({ npm_config_authToken: 'abcdefgh' }).includes('abcdefgh'));
  assert.equal(secretsIn({ PWD: '/home/me', OLDPWD: '/home', GOOGLE_APPLICATION_CREDENTIALS: '/home/me/key.json' }), []);
});

test('a long text of anything takes no time', () => {
  for (const part of [
    'a',
    'aA1',
    'token=',
    '://a:',
    '"',
    '\\',
    '-----END ',
    '%3A%2F%2F',
    ',a=',
    '--a-',
    'eyJa',
    'token: ',
    'token=\\"',
    '@',
    'A\n',
  ]) {
    const begun = performance.now();
    withoutSecrets(part.repeat(64_000 / part.length), []);
    assert.ok(performance.now() - begun < 2000, `${part}: ${performance.now() - begun} ms`);
  }
});

test('hides the longer of two first, and each line of a long one', () => {
  assert.is(withoutSecrets('abcdefgh', ['abcd', 'abcdefgh']), '(hidden)');
  assert.is(withoutSecrets('line: MIIEvgIBADANBgkqh', partsOf('first line is here\nMIIEvgIBADANBgkqh\nend')), 'line: (hidden)');
});

test('a text of megabytes takes no time, whatever is in it', () => {
  const base64 = 'QUJD'.repeat(19);
  for (const each of [`${base64}\n`, 'abcdefgh ', 'AKIAAAAAAAAAAAAAAAAA:']) {
    const text = each.repeat(Math.ceil(1e6 / each.length));
    const begun = performance.now();
    assert.is(withoutSecrets(`${text}token`, []).length > 0, true);
    assert.match(withoutSecrets(`${text}\nMIIEvgIBADANBgkqhkiG9w0\n-----END RSA PRIVATE KEY-----`, []), /\(hidden\)$/);
    const tookMs = performance.now() - begun;
    assert.ok(tookMs < 10_000, `${each.trim()}: ${tookMs} ms`);
  }
  const secret = 'token="correct horse"';
  for (const long of ['token="', 'hf_', 'sk-A'].map((head) => head + 'x'.repeat(10_000_000)))
    assert.ok(withoutSecrets(`${long}\n${secret}`, []).endsWith('\ntoken="(hidden)"'));
});

test.run();
