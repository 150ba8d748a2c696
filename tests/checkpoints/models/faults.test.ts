import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { makeModel, recordAsHf, shards, weights } from './model';

const test = suite('model:verify faults');
const project = projectCopy();
const index = 'model.safetensors.index.json';

interface Row {
  name: string;
  /** Damages a good model. */
  damage(folder: string, file: (name: string) => string): void;
  exitCode: number;
  /** `path problem` of each file that is not right. */
  faults: string[];
  options?: string[];
  /** A part of what a person reads. */
  says?: RegExp;
  recorded?: boolean;
}

const [first, second] = shards;
const edit = (file: string, change: (text: string) => string) => fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
const flip = (file: string, at: number) => {
  const bytes = fs.readFileSync(file);
  bytes[at < 0 ? bytes.length + at : at] = (bytes.at(at) ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
};

const rows: Row[] = [
  { name: 'nothing', damage: () => undefined, exitCode: 0, faults: [], options: ['--full'] },
  {
    name: 'an extra file',
    damage: (_, file) => fs.writeFileSync(file('notes.txt'), 'mine'),
    exitCode: 0,
    faults: ['notes.txt extra'],
    says: /warning: 1 file that the model does not need: `notes.txt`/,
  },
  { name: 'a missing shard', damage: (_, file) => fs.rmSync(file(second)), exitCode: 3, faults: [`${second} missing`] },
  { name: 'a missing configuration', damage: (_, file) => fs.rmSync(file('config.json')), exitCode: 3, faults: ['config.json missing'] },
  {
    name: 'a link that leads nowhere',
    damage: (_, file) => {
      fs.rmSync(file(second));
      fs.symlinkSync('gone', file(second));
    },
    exitCode: 3,
    faults: [`${second} broken-link`],
  },
  {
    name: 'a truncated shard',
    damage: (_, file) => fs.truncateSync(file(first), 200),
    exitCode: 1,
    faults: [`${first} truncated`],
    says: /is truncated: 200 of \d+ bytes/,
  },
  {
    name: 'a truncated shard, and no record of its size',
    damage: (_, file) => fs.truncateSync(file(first), fs.statSync(file(first)).size - 1),
    exitCode: 1,
    faults: [`${first} truncated`],
    says: /is truncated: \d+ of \d+ bytes/,
    recorded: false,
  },
  {
    name: 'a shard with bytes behind it',
    damage: (_, file) => fs.appendFileSync(file(first), 'x'),
    exitCode: 1,
    faults: [`${first} oversized`],
  },
  { name: 'a flipped bit, quick', damage: (_, file) => flip(file(first), -1), exitCode: 0, faults: [] },
  {
    name: 'a flipped bit',
    damage: (_, file) => flip(file(first), -1),
    options: ['--full'],
    exitCode: 1,
    faults: [`${first} wrong-hash`],
    says: /sha256 [0-9a-f]{64}, [0-9a-f]{64} was recorded/,
  },
  {
    name: 'a flipped bit in a small file',
    damage: (_, file) => flip(file('README.md'), -2),
    exitCode: 1,
    faults: ['README.md wrong-hash'],
    says: /git-sha1 [0-9a-f]{40}/,
  },
  {
    name: 'swapped shards',
    damage: (_, file) => {
      fs.renameSync(file(first), file('x'));
      fs.renameSync(file(second), file(first));
      fs.renameSync(file('x'), file(second));
    },
    exitCode: 1,
    faults: [`${first} swapped`, `${second} swapped`],
  },
  {
    name: 'swapped shards, and no record of their hashes: transformers loads them',
    damage: (_, file) => {
      fs.renameSync(file(first), file('x'));
      fs.renameSync(file(second), file(first));
      fs.renameSync(file('x'), file(second));
    },
    recorded: false,
    exitCode: 0,
    faults: [],
    says: /names tensor `model\.embed_tokens\.weight` in `model-00001-of-00002\.safetensors`, it is in `model-00002/,
  },
  { name: 'a header that is no JSON', damage: (_, file) => flip(file(first), 8), exitCode: 1, faults: [`${first} bad-header`] },
  {
    name: 'a header with a hole',
    damage: (_, file) => {
      const bytes = fs.readFileSync(file(first));
      fs.writeFileSync(file(first), Buffer.from(bytes.toString('latin1').replace('[64,96]', '[65,96]'), 'latin1'));
    },
    exitCode: 1,
    faults: [`${first} bad-layout`],
  },
  {
    name: 'an index that names a shard outside the recorded tree',
    damage: (_, file) => edit(file(index), (text) => text.replace(second, 'evil.safetensors')),
    exitCode: 1,
    faults: [`${index} index-unknown-shard`],
    says: /names `evil.safetensors`, which is not in the recorded tree/,
  },
  {
    name: 'an index that leads out of the folder',
    damage: (_, file) => edit(file(index), (text) => text.replace(second, '../evil.safetensors')),
    exitCode: 1,
    faults: [`${index} index-outside`],
  },
  {
    name: 'an index with a tensor that is not there',
    damage: (_, file) => edit(file(index), (text) => text.replace('q_proj', 'x_proj')),
    exitCode: 1,
    faults: [`${index} index-tensor`],
  },
  {
    name: 'an index that counts wrong',
    damage: (_, file) => edit(file(index), (text) => text.replace('392', '393')),
    exitCode: 1,
    faults: [`${index} index-total`],
  },
  {
    name: 'an index that counts wrong, and no record: transformers never reads the sum',
    damage: (_, file) => edit(file(index), (text) => text.replace('392', '393')),
    recorded: false,
    exitCode: 0,
    faults: [],
    says: /says 393 bytes of tensors, the shards hold 392; transformers loads it all the same/,
  },
  {
    name: 'an index that does not name a tensor of its shards',
    damage: (_, file) => edit(file(index), (text) => text.replace('"lm_head.weight":', '"model.layers.0.self_attn.v_proj.weight":')),
    recorded: false,
    exitCode: 1,
    faults: [`${index} index-tensor`],
    says: /does not name `lm_head\.weight`, which is in its shards: transformers 4\.57 gives it random values/,
  },
  {
    name: 'an index without metadata',
    damage: (_, file) => edit(file(index), (text) => text.replace(/"metadata":\{[^}]*\},/, '')),
    recorded: false,
    exitCode: 1,
    faults: [`${index} bad-index`],
    says: /has no `metadata`: transformers refuses it/,
  },
  {
    name: 'an index that is no JSON',
    damage: (_, file) => edit(file(index), (text) => text.replace('{', '[')),
    exitCode: 1,
    faults: [`${index} bad-index`],
  },
  {
    name: 'a configuration that is no JSON',
    damage: (_, file) => edit(file('config.json'), (text) => text.replace('{', '[')),
    exitCode: 1,
    faults: ['config.json bad-json'],
  },
  {
    name: 'a tokenizer that is no JSON',
    damage: (_, file) => edit(file('tokenizer.json'), (text) => text.replace('}', '')),
    recorded: false,
    exitCode: 1,
    faults: ['tokenizer.json bad-json'],
  },
  {
    name: 'a zip under the name of safetensors',
    damage: (_, file) => fs.writeFileSync(file(first), Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(60)])),
    recorded: false,
    exitCode: 1,
    faults: [`${first} pickle`],
    says: /is a pickle, which can run any program when it is loaded: it was not/,
  },
  {
    name: 'a pickle in the place of a shard',
    damage: (_, file) => fs.writeFileSync(file(first), Buffer.from([0x80, 2, 0x7d, 0x71, 0, 0x2e])),
    exitCode: 1,
    faults: [`${first} pickle`],
  },
  {
    name: 'a Git LFS pointer',
    damage: (_, file) => fs.writeFileSync(file(first), 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n'),
    recorded: false,
    exitCode: 1,
    faults: [`${first} pointer`],
  },
  {
    name: 'a pickle where safetensors were',
    damage: (_, file) => {
      fs.rmSync(file(second));
      fs.writeFileSync(file('pytorch_model.bin'), Buffer.from([0x80, 2, 0x2e]));
    },
    exitCode: 1,
    faults: [`${second} missing`, 'pytorch_model.bin pickle'],
  },
  {
    name: 'a pickle beside the safetensors',
    damage: (_, file) => fs.writeFileSync(file('pytorch_model.bin'), Buffer.from([0x80, 2, 0x2e])),
    exitCode: 0,
    faults: ['pytorch_model.bin extra-pickle'],
  },
  {
    name: 'one missing and one truncated',
    damage: (_, file) => {
      fs.rmSync(file(second));
      fs.truncateSync(file(first), 200);
    },
    exitCode: 1,
    faults: [`${first} truncated`, `${second} missing`],
  },
  {
    name: 'a folder in the place of a file',
    damage: (_, file) => {
      fs.rmSync(file('tokenizer.json'));
      fs.mkdirSync(file('tokenizer.json'));
    },
    exitCode: 1,
    faults: ['tokenizer.json not-a-file'],
  },
  {
    name: 'a missing shard of a download of hf 0.36',
    damage: (folder, file) => {
      fs.rmSync(path.join(folder, '.cache', 'huggingface', 'trees'), { recursive: true });
      fs.rmSync(path.join(folder, '.cache', 'huggingface', 'download', `${second}.metadata`));
      fs.rmSync(file(second));
    },
    exitCode: 3,
    faults: [`${second} missing`],
  },
];

for (const { name, damage, exitCode, faults, options = [], says, recorded = true } of rows)
  test(name, async () => {
    const folder = path.join(temporaryFolder(), 'a model');
    const files = makeModel(folder);
    if (recorded) recordAsHf(folder, files);
    damage(folder, (file) => path.join(folder, file));
    const before = fs.readdirSync(folder);
    const args = ['model:verify', `--path=${folder}`, ...options];
    const json = await runJust(project, [...args, '--json']);
    const [step] = JSON.parse(json.stdout).steps;
    const wrong = step.files.filter(({ state }: { state: string }) => state !== 'ok');
    assert.equal(
      wrong.map((file: { path: string; problem: string }) => `${file.path} ${file.problem}`).sort(),
      [...faults].sort(),
      json.stdout,
    );
    assert.is(json.exitCode, exitCode, json.stdout);
    for (const file of wrong) {
      assert.ok(file.message && file.fix, JSON.stringify(file));
      assert.is(
        file.state,
        { missing: 'missing', 'broken-link': 'missing', extra: 'extra', 'extra-pickle': 'extra' }[file.problem as string] ?? 'bad',
      );
      assert.match(file.fix, 'npx just model:download --model=');
    }
    if (says) assert.match((await runJust(project, args)).stdout, says);
    assert.equal(fs.readdirSync(folder), before, 'a look adds nothing to the folder');
  });

test('loose safetensors need neither a configuration nor a record', async () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'a.safetensors'), weights({ a: [2] }));
  assert.is((await runJust(project, ['model:verify', `--path=${folder}`])).exitCode, 0);
  const one = await runJust(project, ['model:verify', `--path=${path.join(folder, 'a.safetensors')}`, '--json']);
  assert.is(one.exitCode, 0);
  assert.equal(JSON.parse(one.stdout).steps[0].files, [{ path: 'a.safetensors', state: 'ok' }]);
  fs.writeFileSync(path.join(folder, 'b.safetensors'), 'x');
  const bad = await runJust(project, ['model:verify', `--path=${folder}`]);
  assert.is(bad.exitCode, 1);
  assert.match(bad.stdout, /b\.safetensors +truncated/);
  assert.match(bad.stdout, 'npx just model:download --model=OWNER/NAME --repair');
});

test.run();
