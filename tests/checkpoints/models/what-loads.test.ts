import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Subject, subjectsOf } from '../../../tasks/checkpoints/models/subject';
import { verifyStep } from '../../../tasks/checkpoints/models/verify-step';
import { type Hub, startHub } from '../../hub/server';
import { contextWith } from '../../support/context';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { makeModel, recordAsHf, shards, smallParts, weights } from './model';

/** What transformers loads from a folder, and whether that is what was verified. */
const test = suite('what transformers loads');
const project = projectCopy();
const [first, second] = shards;
const index = 'model.safetensors.index.json';
const all = Object.assign({}, ...smallParts) as Record<string, readonly number[]>;
const pointer = (size: number) => `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize ${size}\n`;
/** AppleDouble, RFC 1740: magic, version, no entries. */
const appleDouble = Buffer.concat([Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]), Buffer.alloc(4088)]);
const adapterConfig = JSON.stringify({ peft_type: 'LORA', base_model_name_or_path: 'org/base', r: 4, target_modules: ['q_proj'] });

interface Looked {
  exitCode: number | null;
  code?: string;
  found: string;
  fix?: string;
  warning?: string;
  faults: string[];
}

/** The step itself, in this process: a start of just for each folder takes seconds. The first test starts it. */
async function verify(folder: string, options: Record<string, string> = {}): Promise<Looked> {
  const context = contextWith({}, { path: folder, ...options });
  const finding = await verifyStep(subjectsOf(context)[0] as Subject).check(context, 'full', () => undefined, undefined);
  const { files } = finding.data as { files: { path: string; problem?: string }[] };
  const faults = files.flatMap((file) => (file.problem ? [`${file.path} ${file.problem}`] : []));
  return { ...(finding as unknown as Looked), exitCode: finding.state === 'done' ? 0 : finding.state === 'todo' ? 3 : 1, faults };
}

function folderWith(change: (folder: string, file: (name: string) => string) => void, { recorded = false } = {}): string {
  const folder = path.join(temporaryFolder(), 'model');
  const files = makeModel(folder);
  if (recorded) recordAsHf(folder, files);
  change(folder, (name) => path.join(folder, name));
  return folder;
}

test('one file wins over an index: saved again into the folder, the index is stale and nothing is damaged', async () => {
  const gone = folderWith((_, file) => {
    fs.writeFileSync(file('model.safetensors'), weights(all));
    for (const shard of shards) fs.rmSync(file(shard));
  });
  const { exitCode, warning, faults, found } = await verify(gone);
  assert.equal([exitCode, faults], [0, [`${index} extra`]]);
  assert.match(warning ?? '', '`model.safetensors.index.json` (stale: transformers loads `model.safetensors`)');
  assert.match(found, '1 shard');
  const { stdout } = await runJust(project, ['model:verify', `--path=${gone}`]);
  assert.match(stdout, /1 file that transformers does not load: `model\.safetensors\.index\.json` \(stale/);
});

test('shards without their index lack that alone', async () => {
  const { exitCode, code, found, fix, faults } = await verify(folderWith((_, file) => fs.rmSync(file(index))));
  assert.equal([exitCode, code, faults], [3, 'E_MODEL_INCOMPLETE', [`${index} missing`]], found);
  assert.match(found, 'is missing: without it transformers finds none of the shards');
  assert.match(fix ?? '', 'model:download');
  const both = await verify(
    folderWith((_, file) => {
      for (const name of [index, second]) fs.rmSync(file(name));
    }),
  );
  assert.equal(both.faults.sort(), [`${second} missing`, `${index} missing`]);
});

test('an index may name its shards with `./`', async () => {
  const folder = folderWith((_, file) =>
    fs.writeFileSync(file(index), fs.readFileSync(file(index), 'utf8').replace(/"model-0/g, '"./model-0')),
  );
  const { exitCode, faults, found } = await verify(folder);
  assert.equal([exitCode, faults], [0, []], found);
});

test('of two sets of shards the index names the one that is loaded', async () => {
  const folder = folderWith((_, file) => fs.writeFileSync(file('model-00001-of-00004.safetensors'), 'not looked at'));
  const { exitCode, warning, faults } = await verify(folder);
  assert.equal([exitCode, faults], [0, ['model-00001-of-00004.safetensors extra']]);
  assert.match(warning ?? '', '(no shard of `model.safetensors.index.json`)');
});

test('a merge that was saved into a verified folder is what transformers loads: no green for the shards', async () => {
  for (const shardsStay of [true, false]) {
    const folder = folderWith(
      (_, file) => {
        fs.writeFileSync(file('model.safetensors'), weights(all, 7));
        if (!shardsStay) for (const shard of shards) fs.rmSync(file(shard));
      },
      { recorded: true },
    );
    const { exitCode, code, found, fix } = await verify(folder, { full: '' });
    assert.equal([exitCode, code], [1, 'E_MODEL_SHADOWED'], found);
    assert.match(found, '`model.safetensors` is what transformers loads from this folder');
    assert.match(fix ?? '', /mv '?\/.*\/model\/model\.safetensors/);
  }
});

test('an adapter in the folder of a model is told, with the command that moves it', async () => {
  const folder = folderWith((_, file) => {
    fs.writeFileSync(file('adapter_config.json'), adapterConfig);
    fs.writeFileSync(file('adapter_model.safetensors'), weights({ 'base_model.model.a.lora_A.weight': [4, 4] }));
  });
  const { exitCode, code, found, fix } = await verify(folder);
  assert.equal([exitCode, code], [1, 'E_MODEL_SHADOWED']);
  assert.match(found, 'with PEFT installed transformers 4 loads its base in place of this model, and 5 adds it');
  assert.match(fix ?? '', /mv '?\/.*\/model'?\/adapter_\* adapters\/model-adapter\//);
  // The command as it is printed.
  const moved = /`([^`]+)`/.exec(fix ?? '')?.[1] ?? '';
  execFileSync('sh', ['-c', moved], { cwd: project });
  assert.is((await verify(folder)).exitCode, 0);
});

test('no weights that transformers loads: the formats that are there, and never right', async () => {
  for (const [name, format] of [
    ['model.Q4_K_M.gguf', 'GGUF'],
    ['consolidated.safetensors', 'consolidated'],
    ['tf_model.h5', 'TensorFlow'],
    ['pytorch_model.bin', 'PyTorch pickles'],
    ['model.fp16.safetensors', 'safetensors'],
  ] as const) {
    const folder = folderWith((_, file) => {
      for (const gone of [...shards, index]) fs.rmSync(file(gone));
      fs.writeFileSync(file(name), Buffer.from([0x80, 2, 0x2e]));
    });
    const { exitCode, code, found } = await verify(folder);
    assert.equal([exitCode, code], [1, 'E_MODEL_FORMAT'], `${name}: ${found}`);
    assert.match(found, format);
  }
});

test('any file of a clone may be a pointer of Git LFS, and is told as one', async () => {
  const folder = folderWith((_, file) => {
    fs.writeFileSync(file('tokenizer.model'), pointer(500_000));
    fs.writeFileSync(file('tokenizer.json'), pointer(9_000_000));
    fs.writeFileSync(file(second), pointer(5_000_000_000));
  });
  const { exitCode, faults, found } = await verify(folder);
  assert.is(exitCode, 1);
  assert.equal(faults.sort(), [`${second} pointer`, 'tokenizer.json pointer', 'tokenizer.model pointer']);
  assert.match(found, 'Git LFS pointer');
  const whole = folderWith((_, file) => fs.writeFileSync(file('tokenizer.model'), pointer(500_000)));
  assert.equal((await verify(whole)).faults, ['tokenizer.model pointer']);
  const recorded = folderWith((_, file) => fs.writeFileSync(file('tokenizer.json'), pointer(9_000_000)), { recorded: true });
  assert.equal((await verify(recorded)).faults, ['tokenizer.json pointer']);
});

test('what macOS and Windows leave beside files is no shard and no damage', async () => {
  for (const recorded of [true, false]) {
    const folder = folderWith(
      (_, file) => {
        for (const name of ['config.json', first, 'tokenizer.json', index]) fs.writeFileSync(file(`._${name}`), appleDouble);
        for (const name of ['.DS_Store', 'Thumbs.db', 'desktop.ini']) fs.writeFileSync(file(name), 'x');
      },
      { recorded },
    );
    const { exitCode, faults, warning } = await verify(folder);
    assert.equal([exitCode, faults, warning], [0, [], undefined]);
  }
});

test("Python's JSON is right where Python reads it, and a right hash needs no reader", async () => {
  const infinite = '{"model_type": "mamba2", "time_step_limit": [0.0, Infinity], "text": "NaN \\" Infinity"}';
  const folder = folderWith((_, file) => {
    fs.writeFileSync(file('config.json'), infinite);
    fs.writeFileSync(file('trainer_state.json'), '{"log_history": [{"loss": NaN, "grad_norm": -Infinity}]}');
  });
  const { exitCode, faults, warning } = await verify(folder);
  assert.equal([exitCode, faults], [0, []]);
  assert.match(warning ?? '', '`config.json` holds `Infinity`, which Python reads');
  assert.match(warning ?? '', '`trainer_state.json` holds `NaN` and `-Infinity`');
  const broken = folderWith((_, file) => fs.writeFileSync(file('trainer_state.json'), '{"loss": NaN,\n"a": nan}'));
  assert.equal((await verify(broken)).faults, ['trainer_state.json bad-json']);
  const odd = path.join(temporaryFolder(), 'model');
  const files = { ...makeModel(odd), 'notes.json': Buffer.from('{"a": \n oops}') };
  fs.writeFileSync(path.join(odd, 'notes.json'), files['notes.json']);
  recordAsHf(odd, files);
  const asRecorded = await verify(odd);
  assert.equal([asRecorded.exitCode, asRecorded.faults], [0, []]);
  assert.match(asRecorded.warning ?? '', /`notes\.json` is not JSON: .*, as in the repository/);
  assert.not.match(asRecorded.warning ?? '', /\n/);
});

const config = '{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}';
const rest = { 'config.json': config, 'tokenizer.json': '{}', 'README.md': '---\nlicense: mit\n---\n' };
const sharded = (count: number, names: readonly string[]) => ({
  [index]: JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(names.map((name, at) => [`t${at}`, name])) }),
  ...Object.fromEntries(names.map((name, at) => [name, weights({ [`t${at}`]: [count] })])),
});

/** A Hub for the whole file; a repository and a project for each question. */
let hub: Hub;
test.before(async () => {
  hub = await startHub();
});
test.after(() => hub.close());

async function download(repo: string, files: Record<string, string | Buffer>, ...options: string[]) {
  hub.add(repo, files);
  const home = temporaryFolder();
  const env = {
    HF_ENDPOINT: hub.url,
    HOME: home,
    HF_TOKEN: undefined,
    HF_HOME: undefined,
    CONDA_PREFIX: undefined,
    VIRTUAL_ENV: undefined,
  };
  const run = async (...args: string[]) => {
    const { exitCode, stdout } = await runJust(project, [...args, '--json'], env);
    return { exitCode, ...JSON.parse(stdout).steps[0] };
  };
  const folder = path.join(project, 'models', repo.split('/')[1] ?? '');
  const result = await run('model:download', `--model=${repo}`, ...options);
  return {
    ...result,
    folder,
    again: () => run('model:download', `--model=${repo}`),
    verified: () => run('model:verify', `--model=${repo}`),
  };
}

test('a repository without weights that transformers loads is refused before the first byte of one', async () => {
  for (const [name, files, says] of [
    [
      'bins',
      {
        'pytorch_model-00001-of-00002.bin': 'x'.repeat(90),
        'pytorch_model-00002-of-00002.bin': 'y'.repeat(90),
        'pytorch_model.bin.index.json': '{}',
      },
      /PyTorch pickles \(`pytorch_model-00001-of-00002\.bin`.*exclude/,
    ],
    ['gguf', { 'x.Q4.gguf': 'x'.repeat(90) }, /GGUF \(`x\.Q4\.gguf`, 90 B\)/],
    ['mistral', { 'consolidated.safetensors': 'x'.repeat(90), 'params.json': '{}' }, /consolidated/],
    ['lora', { 'adapter_config.json': adapterConfig, 'adapter_model.safetensors': 'x'.repeat(90) }, /an adapter.*name its base model/],
    ['old', { 'training_args.bin': 'x'.repeat(90) }, /none in any format/],
  ] as const) {
    const { exitCode, code, found, fix, folder } = await download(`org/${name}`, { ...rest, ...files });
    assert.equal([exitCode, code], [1, 'E_MODEL_FORMAT'], `${name}: ${found}`);
    assert.match(`${found} ${fix}`, says);
    assert.not(fs.existsSync(folder));
    for (const file of Object.keys(files)) if (!file.endsWith('.json')) assert.is(hub.sent(file), 0, file);
  }
});

test('pickles are fetched where the settings leave them in, and told', async () => {
  const files = { ...rest, 'pytorch_model.bin': 'z'.repeat(90), 'training_args.bin': 'a pickle', 'flax_model.msgpack': 'f' };
  const { exitCode, folder, verified } = await download('org/pickled', files, '--set', 'download.exclude=[]');
  assert.is(exitCode, 0);
  assert.ok(fs.existsSync(path.join(folder, 'pytorch_model.bin')));
  assert.not(fs.existsSync(path.join(folder, 'flax_model.msgpack')));
  const looked = await verified();
  assert.is(looked.exitCode, 0);
  assert.match(looked.warning, 'its weights are pickles');
});

test('of two sets of shards those of the index are fetched, and the others are named', async () => {
  const [small, large] = [[first, second], [1, 2, 3, 4].map((at) => `model-0000${at}-of-00004.safetensors`)];
  const files = { ...rest, ...sharded(4, large), ...sharded(8, small) };
  const { exitCode, folder, leftOut, verified } = await download('org/two-sets', files);
  assert.is(exitCode, 0);
  assert.equal(
    fs.readdirSync(folder).filter((name) => name.startsWith('model-')),
    small,
  );
  assert.equal(
    leftOut.map(({ path: name }: { path: string }) => name),
    large,
  );
  assert.is((await verified()).exitCode, 0);
});

test('one file wins over an index in a repository too', async () => {
  const { folder } = await download('org/one-wins', { ...rest, ...sharded(4, [first, second]), 'model.safetensors': weights({ t: [4] }) });
  assert.equal(
    fs.readdirSync(folder).filter((name) => name.startsWith('model')),
    ['model.safetensors'],
  );
});

test('an index that names shards which the repository lacks is refused before the first byte', async () => {
  const lacking: Record<string, string | Buffer> = sharded(4, [first, second]);
  delete lacking[second];
  const { exitCode, code, found, fix } = await download('org/lacks', { ...rest, ...lacking });
  assert.equal([exitCode, code], [1, 'E_MODEL_FORMAT']);
  assert.match(found, `names 1 file that the repository does not have: \`${second}\``);
  assert.match(fix, /^name another revision \(`--model=org\/lacks@REVISION`\) or another repository/);
});

test('templates of transformers 5 are fetched; adapters, AppleDouble and Thumbs.db are not', async () => {
  const files = {
    ...rest,
    'model.safetensors': weights({ t: [4] }),
    'chat_template.jinja': '{{ messages }}',
    'additional_chat_templates/tool_use.jinja': '{{ tools }}',
    'adapter_config.json': adapterConfig,
    'adapter_model.safetensors': weights({ a: [2] }),
    '._model.safetensors': appleDouble,
    '.DS_Store': 'x',
    'Thumbs.db': 'x',
  };
  const { folder } = await download('org/newer', files);
  assert.equal(fs.readdirSync(folder).sort(), [
    '.cache',
    'README.md',
    'additional_chat_templates',
    'chat_template.jinja',
    'config.json',
    'model.safetensors',
    'tokenizer.json',
  ]);
  assert.equal(fs.readdirSync(path.join(folder, 'additional_chat_templates')), ['tool_use.jinja']);
});

test('a folder that was saved into is not filled up with shards that nothing loads', async () => {
  const { folder, again } = await download('org/saved-into', { ...rest, ...sharded(4, [first, second]) });
  for (const shard of shards) fs.rmSync(path.join(folder, shard));
  fs.writeFileSync(path.join(folder, 'model.safetensors'), weights({ t0: [4], t1: [4] }));
  const sent = hub.sent(first);
  const { exitCode, code, fix } = await again();
  assert.equal([exitCode, code, hub.sent(first)], [1, 'E_MODEL_SHADOWED', sent]);
  assert.match(fix, 'mkdir -p models/saved-into-saved && mv models/saved-into/model.safetensors models/saved-into-saved/');
});

test.run();
