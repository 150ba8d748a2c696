import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { trainStep } from '../../../tasks/environments/proof/train-step';
import { temporaryFolder } from '../../support/project';
import { type ContextOptions, contextFor, machineOfTranscript } from '../../support/transcript';

/** The step that trains, with a program in the place of Python that writes down how it was called. */
const test = suite('five training steps');
const result = {
  ok: true,
  device: 'cpu',
  precision: 'float32',
  losses: [5.5, 5, 4.5, 4, 3.5],
  secondsPerStep: 0.031,
  peakMemoryBytes: 1.5e9,
  logitsDifference: 0,
};

/** A project whose environment has the Python that is given. */
function project(does: string) {
  const root = temporaryFolder();
  const python = path.join(root, '.venv-remote', 'bin', 'python');
  const packages = path.join(root, '.venv-remote', 'lib', 'python3.10', 'site-packages');
  fs.mkdirSync(path.dirname(python), { recursive: true });
  fs.mkdirSync(packages, { recursive: true });
  const calls = path.join(root, 'calls');
  const note = `printf '%s\\n' "cards:$CUDA_VISIBLE_DEVICES home:$([ "$HOME" = "$PWD" ] && echo scratch) offline:$HF_HUB_OFFLINE" >> '${calls}'`;
  fs.writeFileSync(python, `#!/bin/sh\n${note}\ncp "$3" '${root}/settings.json'\necho "stage: train" >&2\n${does}\n`, { mode: 0o755 });
  return {
    packages,
    calls: () => (fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8').trim().split('\n') : []),
    settings: () => JSON.parse(fs.readFileSync(path.join(root, 'settings.json'), 'utf8')),
    context: (options: ContextOptions = {}) => contextFor(root, options),
  };
}

const writes = (value: object, exitCode = 0) => `printf '%s' '${JSON.stringify(value)}' > "$4"\nexit ${exitCode}`;

test('is remembered with what it rests on, and made again when that changed', async () => {
  const { context, calls, packages, settings } = project(writes(result));
  assert.is((await trainStep.check(context(), 'quick')).state, 'todo');
  const stages: string[] = [];
  for (const action of (await trainStep.plan?.(context())) ?? []) await action.run(context(), ({ text = '' }) => void stages.push(text));
  assert.equal(stages, ['train']);
  const found = await trainStep.check(context(), 'full');
  assert.is(found.state, 'done');
  assert.is(
    found.found,
    '5 steps on cpu in float32: loss 5.50 → 3.50, 0.03 s a step, 1.5 GB at most; the adapter gives the same logits after loading (no difference)',
  );
  assert.equal((found.data as { losses: number[] }).losses, result.losses);
  assert.is(calls().length, 1, 'a full look trusts it');
  assert.equal([settings().device, settings().lora.rank], ['gpu', 16]);
  for (const [options, changed] of [
    [{ sets: ['training.lora.rank=8'] }, 'training settings changed'],
    [{ env: { CUDA_VISIBLE_DEVICES: '3' } }, 'CUDA_VISIBLE_DEVICES not set → 3'],
    [{ options: { 'no-gpu': '' } }, 'device gpu → cpu'],
  ] as const) {
    const other = await trainStep.check(context(options), 'quick');
    assert.equal([other.state, 'changed' in other && other.changed], ['todo', [changed]]);
  }
  const otherDriver = temporaryFolder();
  fs.mkdirSync(path.join(otherDriver, 'proc', 'driver', 'nvidia'), { recursive: true });
  fs.writeFileSync(path.join(otherDriver, 'proc', 'driver', 'nvidia', 'version'), 'NVRM version: x Kernel Module  550.54.15  y');
  const updated = await trainStep.check(context({ root: otherDriver }), 'quick');
  assert.equal('changed' in updated && updated.changed, ['driver none → 550.54.15']);
  fs.mkdirSync(path.join(packages, 'new-1.0.dist-info'));
  assert.is((await trainStep.check(context(), 'quick')).state, 'todo');
});

test('one card, a home of its own and no network', async () => {
  const { PATH: path = '' } = process.env;
  for (const [options, cards] of [
    [{ env: { PATH: path } }, '0'],
    [{ env: { CUDA_VISIBLE_DEVICES: '2,3' } }, '2'],
    [{ options: { 'no-gpu': '' } }, ''],
  ] as const) {
    const { context, calls } = project(writes(result));
    await trainStep.check(context(options), 'full');
    assert.equal(calls(), [`cards:${cards} home:scratch offline:1`]);
  }
});

test('the first card that passed, by its UUID, and never the one for the screen', async () => {
  const passes = 'GPU-3f8a11c1-5c3e-1d2f-9a7b-0c4d8e6f1a2b';
  const part = 'MIG-0c2d4e6f-8a1b-5c3d-9e7f-1a3b5c7d9e0f';
  for (const [name, env, card] of [
    ['mixed', {}, passes],
    ['mixed', { CUDA_VISIBLE_DEVICES: '0,1' }, passes],
    ['one-lost-listed', {}, 'GPU-cccc1111-5c3e-1d2f-9a7b-0c4d8e6f1a2b'],
    ['two-3090', { CUDA_VISIBLE_DEVICES: '1' }, passes],
    ['a100-mig', {}, 'MIG-9f1b7a52-4d3c-5e8f-a6b0-2c7d9e1f3a45'],
    // The part that is named first, as CUDA takes it.
    ['a100-mig', { CUDA_VISIBLE_DEVICES: `${part},MIG-9f1b7a52-4d3c-5e8f-a6b0-2c7d9e1f3a45` }, part],
    ['a100-mig-and-whole', {}, passes],
    ['exclusive-one-of-two', {}, passes],
  ] as const) {
    const machine = machineOfTranscript(name);
    const { context, calls } = project(writes(result));
    await trainStep.check(context({ root: machine.root, env: { ...machine.env, ...env } }), 'full');
    assert.equal(calls(), [`cards:${card} home:scratch offline:1`], `${name} ${JSON.stringify(env)}`);
  }
});

test('it trains what the settings name: every target by its name, the type of the first model, the attention', async () => {
  const { context, settings } = project(writes(result));
  const sets = ['training.lora.target_modules=[all-linear, lm_head]', 'training.attention=eager'];
  await trainStep.check(context({ sets, options: { model: 'mistral-7b' } }), 'full');
  const { lora, attention, model_type } = settings();
  assert.equal(lora.target_modules, ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj', 'lm_head']);
  assert.equal([attention, model_type], ['eager', 'mistral']);
});

test('a target that no layer has is refused before anything is trained', async () => {
  const { context, calls } = project(writes(result));
  const finding = await trainStep.check(context({ sets: ['training.lora.target_modules=[q_proj, v_porj]'] }), 'full');
  assert.equal([finding.state, 'code' in finding && finding.code, calls()], ['blocked', 'E_TARGET_MODULES', []]);
  assert.match('fix' in finding ? (finding.fix ?? '') : '', /target_modules: \[q_proj, v_proj\]/);
});

test('a GPU that is optional is used where it works', async () => {
  const { context, settings } = project(writes(result));
  await trainStep.check(context({ sets: ['remote.gpu=optional'] }), 'full');
  assert.is(settings().device, 'any');
});

const failures: readonly [what: string, does: string, options: ContextOptions, code: string, says: RegExp, fix: RegExp][] = [
  [
    'a loss that does not fall',
    writes({ ok: false, stage: 'train', error: 'ValueError: the loss did not fall' }, 1),
    {},
    'E_TRAIN',
    /failed at stage `train`: ValueError: the loss did not fall/,
    /npx just gpu/,
  ],
  [
    'the same without a GPU',
    writes({ ok: false, stage: 'train', error: 'ValueError: x' }, 1),
    { options: { 'no-gpu': '' } },
    'E_TRAIN',
    /ValueError: x/,
    /npx just env:remote --force/,
  ],
  [
    'a full card',
    writes({ ok: false, stage: 'train', error: 'OutOfMemoryError: CUDA out of memory' }, 1),
    {},
    'E_GPU_BUSY',
    /out of memory/,
    /npx just gpu/,
  ],
  [
    'a breakage that is known',
    writes({ ok: false, stage: 'import', error: "No module named 'scipy'" }, 1),
    {},
    'E_SCIPY_MISSING',
    /bitsandbytes imports scipy without declaring it \(No module named 'scipy'\)/,
    /npx just env:remote.*\n.*add `scipy`/,
  ],
  [
    'an attention that the packages do not have',
    writes(
      {
        ok: false,
        stage: 'model',
        error: 'ImportError: PyTorch SDPA requirements in Transformers are not met. Please install torch>=2.1.1.',
      },
      1,
    ),
    {},
    'E_ATTENTION',
    /do not have the attention that `training\.attention` asks for/,
    /attention: auto/,
  ],
  [
    'a Python that dies of a breakage that is known',
    'echo "Cannot find ptxas" >&2\nexit 134',
    {},
    'E_PATH_SPACE',
    /Python ended with exit code 134/,
    /npx just env:remote --set remote\.path=/,
  ],
  ['a Python that dies', 'echo "Segmentation fault" >&2\nexit 139', {}, 'E_TRAIN', /Python ended with exit code 139/, /npx just gpu/],
  ['half a result', `printf '{"ok": tr' > "$4"`, {}, 'E_TRAIN', /Python ended with exit code 0/, /npx just gpu/],
];
for (const [what, does, options, code, says, fix] of failures)
  test(`${what}: told, and not remembered`, async () => {
    // What a single quote does in a shell is not this test's subject.
    const { context } = project(does.replaceAll("module named 'scipy'", `module named '"'"'scipy'"'"'`));
    const finding = await trainStep.check(context(options), 'full');
    assert.is(finding.state, 'blocked');
    if (finding.state !== 'blocked') return;
    assert.is(finding.code, code);
    assert.match(finding.found, says);
    assert.match(finding.fix, fix);
    assert.is((await trainStep.check(context(options), 'quick')).state, 'todo');
  });

test('before there is an environment it waits', async () => {
  const finding = await trainStep.check(contextFor(temporaryFolder()), 'full');
  assert.equal([finding.state, 'fix' in finding && finding.fix], ['todo', '`npx just env:remote`']);
});

test.run();
