import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';

/** Secrets in settings, through each task that prints a setting, into each file that a run leaves. */

const test = suite('secrets in settings');

const value = 'c0rrect-horse/battery+st';
/** Each with the part of it that must not be seen. */
const shapes: [text: string, secret: string][] = [
  ['hf_abcdefghijklmnopQRSTUV', 'abcdefghijklmnopQRSTUV'],
  ['ghp_1abcdefghijklmnopqrstuvwxyz', '1abcdefghijkl'],
  ['github_pat_11ABCDEFG0abcdefghijkl', '11ABCDEFG0'],
  ['AKIAABCDEFGHIJKLMNOP:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'ABCDEFGHIJKLMNOP|wJalrXUtnFEMI|bPxRfiCY'],
  ['sk-proj-zyxwvutsrqponmlkjihgf', 'zyxwvutsrq'],
  ['Authorization: Basic dXNlcjpodW50ZXIy', 'dXNlcjpodW50ZXIy'],
  ['Authorization: Bearer aaa.bbbb-1234', 'bbbb-1234'],
  ['https://me:s3cr3t-pw@host/x', 's3cr3t-pw'],
  ['https%3A%2F%2Fme%3As3cr3t-enc%40host', 's3cr3t-enc'],
  [':s3,access_key_id=K3Y1D,secret_access_key="s3cr3t,""quoted":b/p', 'K3Y1D|s3cr3t,|quoted'],
  ['--token t0kenvalue', 't0kenvalue'],
  ['token: t0kencolon', 't0kencolon'],
  ['{"token": "t0kenjson"}', 't0kenjson'],
  ['{\\"token\\": \\"t0kenescaped\\"}', 't0kenescaped'],
  ['dXNlcjpodW50ZXIyaHVudGVyMg==', 'dXNlcjpodW50'],
  // Hidden by their value alone.
  [`x ${value} y`, value],
  [`x ${encodeURIComponent(value)} y`, 'c0rrect'],
  [`x ${Buffer.from(`me:${value}`).toString('base64')} y`, Buffer.from(value.slice(2, 8)).toString('base64')],
];
const multiLine = '-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----';
const secrets = new RegExp([...shapes.map(([, secret]) => secret.replace(/[+]/g, '\\+')), 'MIIEvgIB'].join('|'));
const stay = ['tokenizer.json', '/home/me/.cache/huggingface/token', '2b3c1f9f3a0d1e5c7b9a8f6e4d2c0b1a3f5e7d9c'];
const env = { STORE_SECRET: value, TOKENIZERS_PARALLELISM: 'false' };

function project(more: object = {}): string {
  const folder = projectCopy();
  const remotes = Object.fromEntries(
    [...shapes.map(([text]) => text), ...stay].map((text, index) => [`r${index}`, { type: 'local', path: `/nowhere/${text}` }]),
  );
  const store = { type: 'rclone', path: shapes[9]?.[0] };
  const setup = {
    remotes: { ...remotes, store },
    environments: { local: { overrides: multiLine, constraints: 'configs/TOKENIZERS_PARALLELISM=false' } },
    ...more,
  };
  fs.writeFileSync(path.join(folder, 'configs/setup.local.yaml'), JSON.stringify(setup));
  return folder;
}

function clean(text: string, what: string): void {
  assert.equal(
    text.split('\n').filter((line) => secrets.test(line)),
    [],
    what,
  );
}

test('config, as a table and as a document, with what is no secret', async () => {
  const folder = project();
  for (const args of [[], ['--json'], ['--only=remotes'], ['--verbose']]) {
    const { stdout, stderr, exitCode } = await runJust(folder, ['config', ...args], env);
    assert.is(exitCode, 0, stderr);
    clean(stdout + stderr, `config ${args}`);
    assert.match(stdout, /:s3,access_key_id=\(hidden\),secret_access_key=\(hidden\):b\/p/);
    for (const text of stay) assert.ok(stdout.includes(text), text);
    if (args[0] !== '--only=remotes') assert.ok(stdout.includes('TOKENIZERS_PARALLELISM=false'));
  }
});

test('sync:status and sync:remotes, which tell the wrong setting', async () => {
  const folder = project();
  for (const args of [
    ['sync:status', '--remote=store'],
    ['sync:status', '--remote=r9'],
    ['sync:push', '--remote=store', '--plan'],
    ['sync:remotes'],
    ['sync:remotes', '--json'],
    ['sync:status', '--remote=r1', '--verbose'],
  ]) {
    const { stdout, stderr } = await runJust(folder, args, env);
    clean(stdout + stderr, args.join(' '));
  }
  const { stderr, stdout } = await runJust(folder, ['sync:status', '--remote=store'], env);
  assert.match(stdout + stderr, /remotes\.store\.path[\s\S]*\(hidden\)[\s\S]*E_REMOTE_SETTINGS/);
});

test('errors of settings: of a file, a variable and an option', async () => {
  const wrong = Object.fromEntries(shapes.map(([text], index) => [`wrong${index}`, text]));
  const folder = project({ python: { installer: shapes[1]?.[0], version: shapes[9]?.[0], download: multiLine }, ...wrong });
  for (const args of [
    ['config'],
    ['config', '--json'],
    ['validate'],
    ['validate', '--json'],
    ['mkdirs'],
    ['config', '--set', `storage.warn_gb=${shapes[9]?.[0]}`],
  ]) {
    const { stdout, stderr, exitCode } = await runJust(folder, args, { ...env, JUST_LORA_RUN__KEEP_RECORDS: value });
    assert.ok(exitCode, args.join(' '));
    clean(stdout + stderr, args.join(' '));
  }
});

test('the report, the records and the plan that runs leave', async () => {
  const volume = path.join(projectCopy(), '..', 'ghp_1abcdefghijklmnopqrstuvwxyz');
  fs.mkdirSync(volume);
  const folder = project({ remotes: { volume: { type: 'local', path: volume } }, sync: { push: ['data/processed'] } });
  fs.writeFileSync(path.join(folder, 'configs/paths_config.local.yaml'), JSON.stringify({ data_raw: `data/${shapes[0]?.[0]}` }));
  fs.writeFileSync(path.join(folder, 'data/processed/a.jsonl'), 'a');
  for (const args of [
    ['mkdirs'],
    ['sync:push', '--plan'],
    ['sync:push', '--verbose'],
    ['sync:push', '--json'],
    ['report'],
    ['report', '--json', '--force'],
  ]) {
    const { stdout, stderr, exitCode } = await runJust(folder, args, env);
    assert.is(exitCode, 0, stdout + stderr);
    clean(stdout + stderr, args.join(' '));
  }
  const left = fs
    .readdirSync(path.join(folder, '.just-lora'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(json|html)$/.test(name));
  assert.ok(
    left.some((name) => name.startsWith('plans/')) && left.some((name) => name.startsWith('runs/')) && left.includes('report.html'),
    left.join(),
  );
  for (const name of left) clean(fs.readFileSync(path.join(folder, '.just-lora', name), 'utf8'), name);
});

test('a plan names its remote without its key, and holds', async () => {
  const volume = path.join(projectCopy(), '..', 'sk-abcdefghijklmnopqrstuvwxyz');
  fs.mkdirSync(volume);
  const folder = project({ remotes: { volume: { type: 'local', path: volume } }, sync: { push: ['data/processed'] } });
  fs.writeFileSync(path.join(folder, 'data/processed/a.jsonl'), 'a');
  const planned = await runJust(folder, ['sync:push', '--plan'], env);
  const [file = ''] = /\.just-lora\/plans\/\S+\.json/.exec(planned.stdout) ?? [];
  assert.not.match(fs.readFileSync(path.join(folder, file), 'utf8'), 'abcdefghijklm');
  const done = await runJust(folder, ['sync:push', `--plan=${file}`], env);
  assert.is(done.exitCode, 0, done.stdout + done.stderr);
  assert.is(fs.readFileSync(path.join(volume, 'data/processed/a.jsonl'), 'utf8'), 'a');
});

test.run();
