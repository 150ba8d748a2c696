import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandTargets } from '../../tasks/gpu/memory/target-modules';
import { cleanEnvironment, projectCopy, temporaryFolder } from '../support/project';
import { python310, pythonWith } from '../support/python';
import { skip } from '../support/skip';

const test = suite('scripts/*.py');
const bare = python310();

function run(python: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(python, ['-B', ...args], { cwd, env: cleanEnvironment(env), encoding: 'utf8' });
  return { status, stdout, stderr };
}

if (!bare) skip(test, 'the scripts run with Python 3.10', 'no Python 3.10 on this machine');
else {
  const withYaml = pythonWith('pyyaml');
  /** An environment without any package: the standard library alone. */
  const plain = (() => {
    const folder = path.join(temporaryFolder(), 'venv');
    execFileSync(bare, ['-m', 'venv', '--without-pip', folder], { env: cleanEnvironment() });
    return path.join(folder, 'bin', 'python');
  })();
  const constants = 'DATA_RAW, DATA_PROCESSED, DATA_SYNTHETIC, MODELS_DIR, ADAPTERS_DIR, HF_HOME, HF_CACHE_DIR';
  const print = `print("\\n".join(str(p) for p in (${constants})))`;

  test('paths.py has the folders as pathlib paths, with the standard library alone', () => {
    const project = projectCopy(path.join(temporaryFolder(), "it's a prøject"));
    const folders = [
      'data/raw',
      'data/processed',
      'data/synthetic',
      'models',
      'adapters',
      'models/.huggingface',
      'models/.huggingface/hub',
    ];
    const expected = folders.map((folder) => path.join(project, folder));
    for (const [how, cwd, env] of [
      ['from paths import', path.join(project, 'scripts'), {}],
      ['from scripts.paths import', project, {}],
      ['from paths import', '/', { PYTHONPATH: path.join(project, 'scripts') }],
    ] as const) {
      const ran = run(
        plain,
        ['-X', 'utf8', '-c', `${how} ${constants}\nassert isinstance(DATA_RAW, __import__("pathlib").Path)\n${print}`],
        cwd,
        env,
      );
      assert.is(ran.status, 0, ran.stderr);
      assert.equal(ran.stdout.trim().split('\n'), expected);
    }
  });

  test('paths.py follows the environment, variables and a machine file', () => {
    const project = projectCopy();
    fs.writeFileSync(path.join(project, 'configs', 'paths_config.remote.yaml'), 'models_dir: /mnt/big/models\n');
    const script = [path.join(project, 'scripts', 'paths.py')];
    const of = (env: Record<string, string>, ...args: string[]) => JSON.parse(run(withYaml, [...script, ...args], '/', env).stdout);
    assert.is(of({}).models_dir, path.join(project, 'models'));
    assert.is(of({ JUST_LORA_ENV: 'remote' }).models_dir, '/mnt/big/models');
    assert.is(of({}, '--env=remote').models_dir, '/mnt/big/models');
    assert.is(of({ JUST_LORA_PATHS__MODELS_DIR: '~/models', HOME: '/home/me' }, '--env=remote').models_dir, '/home/me/models');
    assert.is(of({ HF_HOME: '/cache/hf' }).hf_home, '/cache/hf');
    // A folder that is a link to another volume keeps its own name, as the tasks show it.
    fs.rmSync(path.join(project, 'models'), { recursive: true });
    fs.symlinkSync(temporaryFolder(), path.join(project, 'models'));
    assert.is(of({}).models_dir, path.join(project, 'models'));
    const without = run(plain, [...script, '--env=remote'], '/');
    assert.is(without.status, 2);
    assert.match(without.stderr, 'configs/paths_config.remote.yaml:1:1: PyYAML is needed to read YAML');
  });

  test('paths.py does not care about a fault in another file', () => {
    const project = projectCopy();
    fs.writeFileSync(path.join(project, 'configs', 'training_config.yaml'), 'lora: [');
    assert.is(run(plain, ['scripts/paths.py'], project, { JUST_LORA_STORAGE__WARN_GB: 'lots' }).status, 0);
  });

  test('config_loader.py prints all settings as JSON, or one part', () => {
    const project = projectCopy();
    const all = run(withYaml, ['scripts/config_loader.py', '--env=local', '--set', 'training.lora.rank=8'], project);
    assert.is(all.status, 0, all.stderr);
    const { setup, paths, training } = JSON.parse(all.stdout);
    assert.is(setup.storage.error_gb, 20);
    assert.is(paths.data_raw, 'data/raw');
    assert.is(training.lora.rank, 8);
    const part = run(plain, ['scripts/config_loader.py', '--part=paths'], project);
    assert.equal(JSON.parse(part.stdout), paths);
  });

  test('config_loader.py reads old names, and warns as the tasks do', () => {
    const project = projectCopy();
    fs.writeFileSync(path.join(project, 'configs', 'setup.local.yaml'), 'remotes:\n  gpu:\n    sshConfig: a\ndefaultRemote: gpu\n');
    const { status, stdout, stderr } = run(withYaml, ['scripts/config_loader.py'], project, { JUST_LORA_REMOTES__GPU__SSHCONFIG: 'b' });
    assert.is(status, 0, stderr);
    assert.is(JSON.parse(stdout).setup.remotes.gpu.ssh_config, 'b');
    const next = 'the next version reads only the new name';
    assert.equal(stderr.trim().split('\n'), [
      `warning: configs/setup.local.yaml:3:5: remotes.gpu.sshConfig is now called remotes.gpu.ssh_config; ${next}`,
      `warning: configs/setup.local.yaml:4:1: defaultRemote is now called default_remote; ${next}`,
      `warning: JUST_LORA_REMOTES__GPU__SSHCONFIG: JUST_LORA_REMOTES__GPU__SSHCONFIG is now called JUST_LORA_REMOTES__GPU__SSH_CONFIG; ${next}`,
    ]);
  });

  test('config_loader.py tells every fault, each where it stands, and ends with 2', () => {
    const project = projectCopy();
    fs.writeFileSync(path.join(project, 'configs', 'setup.yaml'), 'storage:\n  warn_gb: lots\n  eror_gb: 1\n');
    fs.writeFileSync(path.join(project, 'configs', 'training_config.yaml'), '- a list\n');
    const { status, stdout, stderr } = run(withYaml, ['scripts/config_loader.py'], project);
    assert.is(status, 2);
    assert.is(stdout, '');
    assert.equal(stderr.trim().split('\n').sort(), [
      'configs/setup.yaml:2:3: storage.warn_gb is "lots"; expected a finite number',
      'configs/setup.yaml:3:3: unknown setting storage.eror_gb; did you mean `storage.error_gb`?',
      'configs/training_config.yaml:1:1: a list; expected a mapping',
    ]);
  });

  test('config_loader.py writes all-linear out, which peft 0.7 does not know, and says the attention', () => {
    const code = [
      'import json',
      'from config_loader import load_training_config, model_arguments, peft_arguments',
      'training = load_training_config()',
      'print(json.dumps([peft_arguments(training)["target_modules"], model_arguments(training)]))',
    ].join('\n');
    const scripts = path.join(projectCopy(), 'scripts');
    const targets = (text: string, attention: string) => {
      const variables = { JUST_LORA_TRAINING__LORA__TARGET_MODULES: text, JUST_LORA_TRAINING__ATTENTION: attention };
      return JSON.parse(run(withYaml, ['-c', code], scripts, variables).stdout);
    };
    assert.equal(targets('[v_proj, all-linear, lm_head]', 'auto'), [expandTargets(['v_proj', 'all-linear', 'lm_head']), {}]);
    assert.equal(targets('[q_proj, q_proj]', 'sdpa'), [['q_proj'], { attn_implementation: 'sdpa' }]);
  });

  test('cards.py shows CUDA the cards that were proven, and leaves what is set', () => {
    const project = projectCopy();
    const shown = (variables: Record<string, string> = {}) =>
      run(plain, ['scripts/cards.py'], project, variables).stdout.trim().split('\n');
    assert.equal(shown(), ['export CUDA_DEVICE_ORDER=PCI_BUS_ID']);
    const proof = path.join(project, '.just-lora', 'proofs', 'gpu.json');
    fs.mkdirSync(path.dirname(proof), { recursive: true });
    const cards = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: 'GPU-1,GPU-2' };
    fs.writeFileSync(proof, JSON.stringify({ inputs: {}, found: '', data: { cards } }));
    assert.equal(shown(), ['export CUDA_DEVICE_ORDER=PCI_BUS_ID', 'export CUDA_VISIBLE_DEVICES=GPU-1,GPU-2']);
    assert.equal(shown({ CUDA_VISIBLE_DEVICES: '1' }), ['export CUDA_DEVICE_ORDER=PCI_BUS_ID']);
    const use = 'import os; from cards import use_proven_cards; use_proven_cards(); print(os.environ["CUDA_VISIBLE_DEVICES"])';
    assert.is(run(plain, ['-c', use], path.join(project, 'scripts')).stdout.trim(), 'GPU-1,GPU-2');
    for (const broken of ['', '{', '[]', '{"data": {"cards": {"CUDA_DEVICE_ORDER": 1}}}', '{"data": null}']) {
      fs.writeFileSync(proof, broken);
      assert.equal(shown(), ['export CUDA_DEVICE_ORDER=PCI_BUS_ID'], broken);
    }
  });

  test('config_loader.py speaks the names of peft and transformers', () => {
    const code = [
      'import json',
      'from config_loader import load_training_config, peft_arguments, quantization_arguments, training_arguments',
      'training = load_training_config()',
      'print(json.dumps([peft_arguments(training), quantization_arguments(training), training_arguments(training)]))',
    ].join('\n');
    const { stdout, stderr, status } = run(withYaml, ['-c', code], path.join(projectCopy(), 'scripts'));
    assert.is(status, 0, stderr);
    const [lora, quantization, training] = JSON.parse(stdout);
    assert.equal(lora, {
      r: 16,
      lora_alpha: 32,
      lora_dropout: 0.05,
      target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
      bias: 'none',
      task_type: 'CAUSAL_LM',
    });
    assert.equal(quantization, {
      load_in_4bit: true,
      bnb_4bit_quant_type: 'nf4',
      bnb_4bit_use_double_quant: true,
      bnb_4bit_compute_dtype: 'bfloat16',
    });
    assert.equal(training, {
      learning_rate: 2e-4,
      num_train_epochs: 3,
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 4,
      gradient_checkpointing: true,
      bf16: true,
      fp16: false,
    });
  });
}

test.run();
