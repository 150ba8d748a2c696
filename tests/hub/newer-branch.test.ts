import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeModel, smallSizes, weights } from '../checkpoints/models/model';
import { runJust } from '../support/project';
import { type Place, placeFor } from './model';
import { startHub } from './server';

const test = suite('a branch that moves to what a newer library wrote');
const old = '{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "rope_theta": 10000.0}\n';
const newer = (theta: string) =>
  `{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "rope_parameters": {"rope_theta": ${theta}, "rope_type": "default"}}\n`;
const files = (config: string) => ({ 'config.json': config, 'tokenizer.json': '{}', 'model.safetensors': weights({ t: [4] }) });

/** Runs each command of a cure, as it is printed. */
async function cure({ project, env }: Place, step: Record<string, unknown>): Promise<string[]> {
  const commands = [...String(step.fix).matchAll(/`npx just ([^`]+)`/g)].map(([, command = '']) => command);
  for (const command of commands) {
    const { exitCode, stdout, stderr } = await runJust(project, command.split(' '), env);
    assert.is(exitCode, 0, `${command}\n${stdout}${stderr}`);
  }
  return commands;
}

test('each cure leads on, with the options that were given, however often it moves; no original is lost', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files(old));
  const place = placeFor(hub);
  const packages = path.join(place.project, '.venv-local/lib/python3.10/site-packages');
  for (const name of ['transformers-4.45.2', 'tokenizers-0.20.3'])
    fs.mkdirSync(path.join(packages, `${name}.dist-info`), { recursive: true });
  const at = (name: string) => fs.readFileSync(path.join(place.folder, name), 'utf8');
  assert.is((await place.json()).outcome, 'changed');

  for (const theta of ['500000.0', '600000.0', '700000.0']) {
    hub.commit('org/tiny', files(newer(theta)));
    const { step, text } = await place.json('--update', '--backend=builtin');
    assert.is(step.code, 'E_MODEL_VERSIONS', text);
    assert.equal(await cure(place, step), [
      'model:download --model=org/tiny --update --backend=builtin --any-versions',
      'model:verify --model=org/tiny --fix-config',
    ]);
    assert.is(JSON.parse(at('config.json')).rope_theta, Number(theta));
    assert.is(at('config.json.before-fix'), newer(theta));
    assert.is((await place.json('--update', '--any-versions')).outcome, 'unchanged');
    assert.is((await runJust(place.project, ['model:verify', '--model=org/tiny', '--full'], place.env)).exitCode, 0);
  }
  assert.equal([at('config.json.before-fix-2'), at('config.json.before-fix-3')], [newer('500000.0'), newer('600000.0')]);
  await hub.close();
});

test("a person's edit of a file that was fixed is kept from an update, whose cure keeps the options", async () => {
  const hub = await startHub();
  hub.add('org/tiny', files(newer('500000.0')));
  const place = placeFor(hub);
  assert.is((await place.json()).outcome, 'changed');
  const verify = ['model:verify', '--model=org/tiny', '--fix-config'];
  assert.is((await runJust(place.project, verify, place.env)).exitCode, 0);
  const config = path.join(place.folder, 'config.json');
  fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace('500000.0', '1.0'));
  hub.commit('org/tiny', files(newer('600000.0')));
  const { step, text } = await place.json('--update', '--any-versions');
  assert.is(step.code, 'E_MODEL_EDITED', text);
  assert.match(String(step.fix), '`npx just model:download --model=org/tiny --update --any-versions --repair`');
  assert.match(fs.readFileSync(config, 'utf8'), '1.0');
  await hub.close();
});

test('where an original is kept of which nothing is known, the cure is a command that keeps it', async () => {
  const place = placeFor(await startHub());
  const folder = path.join(place.project, 'models/mine');
  makeModel(folder);
  const config = (theta: string) => newer(theta).replace(/\}\n$/, `, ${JSON.stringify(smallSizes).slice(1)}\n`);
  fs.writeFileSync(path.join(folder, 'config.json'), config('500000.0'));
  const args = ['model:verify', '--path=models/mine', '--fix-config', '--json'];
  const run = async () => JSON.parse((await runJust(place.project, args, place.env)).stdout);
  assert.is((await run()).outcome, 'changed');
  // Its original put back: that is the same file, and nothing is in the way.
  fs.copyFileSync(path.join(folder, 'config.json.before-fix'), path.join(folder, 'config.json'));
  assert.is((await run()).outcome, 'changed');
  fs.writeFileSync(path.join(folder, 'config.json'), config('600000.0'));
  const [step] = (await run()).steps;
  assert.is(step.code, 'E_MODEL_FIXED');
  assert.match(step.fix, '`mv models/mine/config.json.before-fix models/mine/config.json.before-fix.kept`');
});

test.run();
