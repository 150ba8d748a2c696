import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchTokenizers } from '../../tasks/data/length/tokenizer-files';
import { Resources } from '../../tasks/engine/resources';
import { startHub } from '../hub/server';
import { contextWith } from '../support/context';
import { projectCopy, runJust } from '../support/project';
import { byteTokenizer } from './byte-tokenizer';

const test = suite('data:check');

const project = projectCopy();
const write = (name: string, text: string) => fs.writeFileSync(path.join(project, 'data/processed', name), text);
const check = async (...args: string[]) => {
  const { exitCode, stdout } = await runJust(project, ['data:check', '--json', ...args], { HF_HUB_OFFLINE: '1' });
  const { outcome, steps } = JSON.parse(stdout);
  return { exitCode, outcome, step: steps[0], faults: steps[0].data?.faults ?? [] };
};

test('asks for data where there is none', async () => {
  const { exitCode, step } = await check();
  assert.equal([exitCode, step.code], [1, 'E_DATA_NONE']);
});

test('tells each kind once with file, line and column, remembers it, and looks again where a file changed', async () => {
  write('train.jsonl', '{"text": "one"}\n{"text": "two", }\n{"text": "three", }\n');
  write('valid.jsonl', '\ufeff{"text": "four"}\n');
  const first = await check();
  assert.equal([first.exitCode, first.step.code, first.step.actions.length], [1, 'E_DATA', 1]);
  const [comma, mark] = first.faults;
  assert.equal([comma.kind, comma.count, comma.file, comma.line, comma.column], ['trailing-comma', 2, 'data/processed/train.jsonl', 2, 17]);
  assert.equal([mark.kind, mark.level, mark.file], ['mark', 'warning', 'data/processed/valid.jsonl']);
  const again = await check();
  assert.equal([again.exitCode, again.step.actions.length, again.faults], [1, 0, first.faults]);
  const forced = await check('--force');
  assert.equal([forced.exitCode, forced.step.code, forced.step.actions.length, forced.faults], [1, 'E_DATA', 1, first.faults]);
  write('train.jsonl', '{"text": "one"}\n');
  const planned = await check('--plan');
  assert.equal([planned.step.state, planned.step.changed], ['todo', ['data/processed/train.jsonl changed']]);
  const mended = await check();
  assert.equal([mended.exitCode, mended.step.state], [0, 'done']);
  assert.match(mended.step.found, '2 rows in 2 files');
});

test('a Hub that cannot be reached is no fault: lengths are an estimate then', async () => {
  const context = contextWith({ models: { 'llama-3.1-8b': { repo: 'org/tiny' } } });
  for (const address of ['http://127.0.0.1:9', 'http://no-such-host.invalid']) {
    const host = { ...context.host, home: context.root, env: { HF_ENDPOINT: address } };
    const missing = await fetchTokenizers({ ...context, host, resources: new Resources() }, () => undefined);
    assert.match(missing['llama-3.1-8b'] ?? '', /does not answer/, JSON.stringify(missing));
  }
});

test('counts tokens by the tokenizer of the Hub, which is fetched once and alone, and tells what is cut', async () => {
  const hub = await startHub();
  const { tokenizer, config } = byteTokenizer();
  hub.add('org/tiny', {
    'config.json': '{"model_type": "llama"}',
    'tokenizer.json': JSON.stringify(tokenizer),
    'tokenizer_config.json': JSON.stringify(config),
    'model.safetensors': 'x'.repeat(5000),
  });
  const models = { tiny: { repo: 'org/tiny', enabled: true }, 'llama-3.1-8b': { enabled: false }, 'mistral-7b': { enabled: false } };
  fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify({ models }));
  const chat = (question: string, answer: string) =>
    `${JSON.stringify({
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    })}\n`;
  const long = 'x '.repeat(60);
  write('train.jsonl', chat('Rain?', 'No.') + chat('Rain?', long) + chat(long, 'No.'));
  fs.rmSync(path.join(project, 'data/processed/valid.jsonl'));
  const env = { HF_ENDPOINT: hub.url, HF_HUB_OFFLINE: undefined };
  const short = ['data:check', '--json', '--set', 'training.arguments.max_seq_length=64'];
  const { exitCode, stdout } = await runJust(project, short, env);
  const { faults, lengths } = JSON.parse(stdout).steps[0].data;
  assert.equal(
    faults.map(({ kind, line, detail }: { kind: string; line: number; detail: string }) => [kind, line, detail]),
    [
      ['answer-cut', 3, '144 tokens for tiny'],
      ['cut', 2, '146 tokens for tiny'],
    ],
  );
  const [{ histogram, ...told }] = lengths;
  assert.equal([exitCode, lengths.length], [1, 1]);
  assert.equal(
    [told.countedBy, told.median, told.longest, told.cut, told.withoutAnswer, told.keeps99, told.steps],
    ['tokenizer', 144, 146, 2, 1, 146, 1],
  );
  assert.equal(histogram, [
    { upTo: 128, examples: 1 },
    { upTo: 256, examples: 2 },
  ]);
  assert.is(hub.sent('/org/tiny/resolve/main/model.safetensors'), 0);
  const asked = hub.seen.length;
  const again = await runJust(project, ['data:check', '--json', '--force', ...short.slice(2)], env);
  assert.equal([JSON.parse(again.stdout).steps[0].data.lengths, hub.seen.length], [lengths, asked]);
  await hub.close();
});

test('is a warning of validate, and an error where the settings say so', async () => {
  write('train.jsonl', '{"text": 1}\n{"text": "x"}\n');
  const data = async (...args: string[]) => {
    const { stdout } = await runJust(project, ['validate', '--env=local', '--json', ...args]);
    return JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'data');
  };
  const told = await data();
  assert.is(told.state, 'done');
  assert.match(told.warning, 'train.jsonl:2:2: `text` is string here and number before');
  assert.equal([(await data('--set', 'data.gate=block')).code], ['E_DATA']);
});

test('tells what lies there and is not trained on, and where nothing is', async () => {
  const folder = path.join(project, 'data/processed');
  const kept = fs.readdirSync(folder).filter((name) => /jsonl$/.test(name));
  const texts = kept.map((name) => fs.readFileSync(path.join(folder, name)));
  for (const name of kept) fs.rmSync(path.join(folder, name));
  const seen = async () => (await check()).faults.map(({ file, kind }: { file: string; kind: string }) => `${path.basename(file)} ${kind}`);
  fs.symlinkSync('/mnt/no-such-disk/train.jsonl', path.join(folder, 'train.jsonl'));
  const alone = await check();
  assert.equal([alone.exitCode, alone.step.code], [1, 'E_DATA_NONE']);
  assert.match(alone.step.found, 'data/processed/train.jsonl: to `/mnt/no-such-disk/train.jsonl`: a link that leads nowhere');
  assert.match(alone.step.fix, 'bring back what the link leads to');
  const { stdout } = await runJust(project, ['validate', '--env=local', '--json'], { HF_HUB_OFFLINE: '1' });
  const ofValidate = JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'data');
  assert.match(ofValidate?.warning ?? stdout, 'a link that leads nowhere', 'a warning there, and another step may say more');
  write('validation.jsonl', '{"text": "four"}\n');
  write('train.csv', 'text\none\n');
  write('train.jsonl.zst', 'x');
  const others = ['a.jsonlines', 'a.pq', 'a.parq', 'a.feather', 'a.xls', 'a.jsonl.gzip', 'a.pkl'];
  for (const name of others) write(name, 'x');
  execFileSync('mkfifo', [path.join(folder, 'pipe.jsonl')]);
  const told = (await seen()).filter((each: string) => each.endsWith(' other-format'));
  assert.equal(told.sort(), [...others, 'pipe.jsonl', 'train.csv', 'train.jsonl.zst'].map((name) => `${name} other-format`).sort());
  for (const name of [...others, 'pipe.jsonl']) fs.rmSync(path.join(folder, name));
  write('README.txt', 'where it is from');
  assert.equal(await seen(), [
    'validation.jsonl nothing-to-train',
    'train.jsonl broken-link',
    'train.csv other-format',
    'train.jsonl.zst other-format',
  ]);
  // Links in a circle, to itself, and to a name that no file can have.
  const circle = { 'one.jsonl': 'other.jsonl', 'other.jsonl': 'one.jsonl', 'self.jsonl': 'self.jsonl', 'long.jsonl': 'x'.repeat(300) };
  for (const [name, target] of Object.entries(circle)) fs.symlinkSync(target, path.join(folder, name));
  const links = (await seen()).filter((each: string) => each.endsWith('broken-link')).sort();
  assert.equal(links, [...Object.keys(circle), 'train.jsonl'].map((name) => `${name} broken-link`).sort());
  const fixed = await runJust(project, ['data:fix', '--json']);
  assert.is(JSON.parse(fixed.stdout).steps[0].state, 'done', fixed.stdout);
  for (const name of Object.keys(circle)) fs.rmSync(path.join(folder, name));
  fs.rmSync(path.join(folder, 'train.jsonl'));
  fs.symlinkSync('/mnt/no-such-disk', path.join(folder, 'more'));
  write('train.jsonl', '{"text": "one"}\n');
  assert.equal(await seen(), ['more broken-link', 'train.csv other-format', 'train.jsonl.zst other-format']);
  // What was found is held to what lies there, not to the rows alone.
  for (const name of ['more', 'train.csv', 'train.jsonl.zst']) fs.rmSync(path.join(folder, name));
  assert.equal(await seen(), []);
  for (const name of ['README.txt', 'validation.jsonl', 'train.jsonl']) fs.rmSync(path.join(folder, name));
  for (const [at, name] of kept.entries()) fs.writeFileSync(path.join(folder, name), texts[at] ?? '');
});

test.run();
