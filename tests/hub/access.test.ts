import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust } from '../support/project';
import { contentFor, contentOf, modelFiles, placeFor } from './model';
import { startHub } from './server';

const test = suite('access to models');
const files = modelFiles(500_000);

test('has a message of its own for each way to be refused, before the first byte', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files, { gated: true });
  hub.tokens.set('hf_granted', { granted: ['org/tiny'] });
  hub.tokens.set('hf_waiting', { granted: [] });
  hub.tokens.set('hf_narrow', { granted: ['org/tiny'], fineGrained: true });
  const place = placeFor(hub);
  const cases: [string | undefined, string, RegExp][] = [
    [undefined, 'E_HUB_NO_TOKEN', /settings\/tokens/],
    ['hf_unknown', 'E_HUB_BAD_TOKEN', /settings\/tokens/],
    ['hf_waiting', 'E_HUB_NOT_GRANTED', /org\/tiny/],
    ['hf_narrow', 'E_HUB_TOKEN_SCOPE', /public gated/],
  ];
  const sentences = new Set<string>();
  for (const [token, code, fix] of cases) {
    const env = { ...place.env, HF_TOKEN: token };
    const { exitCode, stdout, stderr } = await runJust(place.project, ['model:download', '--model=org/tiny'], env);
    assert.is(exitCode, 1);
    assert.match(stdout + stderr, new RegExp(`${code}`));
    assert.match(stdout + stderr, /^\s*fix: .*$/m);
    const json = await runJust(place.project, ['model:download', '--model=org/tiny', '--json'], env);
    const [step] = JSON.parse(json.stdout).steps;
    assert.is(step.state, 'blocked');
    assert.is(step.code, code);
    assert.match(step.fix, fix);
    sentences.add(step.found);
    for (const text of [stdout, stderr, json.stdout, json.stderr]) if (token) assert.not.match(text, new RegExp(token));
  }
  assert.is(sentences.size, 4);
  assert.not(fs.existsSync(place.folder));
  assert.is(hub.sent(), 0);

  for (const [model, code] of [
    ['org/nobody', 'E_HUB_REPOSITORY'],
    ['org/tiny@v9', 'E_HUB_REVISION'],
  ] as const) {
    const { stdout } = await runJust(place.project, ['model:download', `--model=${model}`, '--json'], {
      ...place.env,
      HF_TOKEN: 'hf_granted',
    });
    assert.is(JSON.parse(stdout).steps[0].code, code);
  }
  await hub.close();
});

test('finds the token in the order of huggingface_hub, says where, and sends it to the Hub alone', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files, { gated: true });
  for (const name of ['first', 'second', 'third', 'fourth', 'fifth']) hub.tokens.set(`hf_${name}`, { granted: ['org/tiny'] });
  const place = placeFor(hub);
  const home = String(place.env.HOME);
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  };
  write(path.join(home, 'named'), 'hf_third\n');
  write(path.join(home, 'hf/token'), 'hf_fourth');
  write(path.join(home, '.cache/huggingface/token'), 'hf_fifth');
  const variables = {
    HF_TOKEN: 'hf_first',
    HUGGING_FACE_HUB_TOKEN: 'hf_second',
    HF_TOKEN_PATH: path.join(home, 'named'),
    HF_HOME: path.join(home, 'hf'),
  };
  const names = Object.keys(variables) as (keyof typeof variables)[];
  const from = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'named', 'hf/token', '.cache/huggingface/token'];
  for (const [index, token] of ['hf_first', 'hf_second', 'hf_third', 'hf_fourth', 'hf_fifth'].entries()) {
    hub.seen.length = 0;
    const env = { ...place.env, ...variables, ...Object.fromEntries(names.slice(0, index).map((name) => [name, undefined])) };
    const { stdout, exitCode } = await runJust(place.project, ['model:download', '--model=org/tiny', '--plan'], env);
    assert.is(exitCode, 0, stdout);
    assert.ok(hub.seen.every(({ authorization }) => authorization === `Bearer ${token}`));
    assert.ok(stdout.includes(`with the token of`) && stdout.includes(from[index] ?? '?'), stdout);
  }
  hub.seen.length = 0;
  await runJust(place.project, ['model:download', '--model=org/tiny'], { ...place.env, HF_TOKEN: 'hf_first' });
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.ok(hub.seen.some(({ server }) => server === 'cdn'));
  for (const { server, authorization } of hub.seen) if (server === 'cdn') assert.is(authorization, undefined);
  for (const file of fs.readdirSync(path.join(place.project, '.just-lora'), { recursive: true, encoding: 'utf8' })) {
    const full = path.join(place.project, '.just-lora', file);
    if (fs.statSync(full).isFile()) assert.not.match(fs.readFileSync(full, 'utf8'), /hf_first/);
  }
  await hub.close();
});

test('says before the first byte that the environment cannot load the model', async () => {
  const hub = await startHub();
  const llama = { ...files, 'config.json': '{"model_type": "llama", "rope_scaling": {"rope_type": "llama3", "factor": 8.0}}' };
  hub.add('org/tiny', llama);
  const place = placeFor(hub);
  const packages = path.join(place.project, '.venv-remote/lib/python3.10/site-packages');
  fs.mkdirSync(path.join(packages, 'transformers-4.36.0.dist-info'), { recursive: true });
  fs.mkdirSync(path.join(packages, 'tokenizers-0.15.2.dist-info'));
  const old = await place.json();
  assert.is(old.step.code, 'E_MODEL_VERSIONS', old.text);
  assert.match(String(old.step.found), /transformers 4\.36\.0, 4\.43/);
  assert.is(hub.sent('model-00001-of-00001.safetensors'), 0);
  fs.renameSync(path.join(packages, 'transformers-4.36.0.dist-info'), path.join(packages, 'transformers-4.46.3.dist-info'));
  fs.renameSync(path.join(packages, 'tokenizers-0.15.2.dist-info'), path.join(packages, 'tokenizers-0.20.3.dist-info'));
  const enough = await place.run('--plan');
  assert.match(enough.stdout, /transformers and tokenizers are new enough/);
  await hub.close();
});

test('refuses names that lead out of the folder', async () => {
  const hub = await startHub();
  hub.add('org/tiny', { ...files, '../outside.txt': 'x' });
  const place = placeFor(hub);
  assert.is((await place.json("--set=download.include=['*']")).step.code, 'E_MODEL_NAME');
  assert.not(fs.existsSync(path.join(place.project, 'models/outside.txt')));
  await hub.close();
});

test('names that cannot lie beside each other can once one of them is left out', async () => {
  const hub = await startHub();
  hub.add('org/tiny', { ...files, 'readme.MD': 'x' });
  const place = placeFor(hub);
  const { step } = await place.json('--plan');
  assert.is(step.code, 'E_MODEL_NAME');
  assert.match(String(step.needed), 'names that differ in more than case');
  assert.match(String(step.fix), 'does not need `readme.MD`, add it to `download.exclude` in configs/setup.yaml');
  const leaving = "--set=download.exclude=['readme.MD']";
  assert.is((await place.json(leaving)).outcome, 'changed');
  hub.seen.length = 0;
  assert.is((await place.json(leaving)).outcome, 'unchanged');
  assert.equal(
    hub.seen.filter(({ url }) => url.includes('/tree/')),
    [],
    'the list was not recorded',
  );
  await hub.close();
});

test.run();
