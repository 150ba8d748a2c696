import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust } from '../support/project';
import { placeFor } from './model';
import { startHub } from './server';

const test = suite('tasks about models where no model is meant');

/** A project in which no model is enabled and none is here. */
async function begin() {
  const hub = await startHub();
  const place = placeFor(hub);
  fs.writeFileSync(path.join(place.project, 'configs/setup.local.yaml'), 'models: { llama-3.1-8b: { enabled: false } }\n');
  fs.writeFileSync(path.join(place.project, 'configs/setup.remote.yaml'), 'models: { llama-3.1-8b: { enabled: false } }\n');
  const run = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runJust(place.project, args, place.env);
    return { exitCode, text: stdout + stderr };
  };
  return { hub, run };
}

test('is said with the setting and a command, and is no success', async () => {
  const { hub, run } = await begin();
  for (const args of [
    ['model:download', '--any-versions'],
    ['model:verify', '--full'],
    ['model:verify', '--fix-config'],
    ['gpu', '--estimate'],
    ['gpu', '--cards', '--estimate'],
    ['train'],
  ]) {
    const { exitCode, text } = await run(...args);
    const what = `${args.join(' ')}\n${text}`;
    assert.is(exitCode, 2, what);
    assert.match(text, 'no model is enabled in the settings (`models.NAME.enabled`); there are `llama-3.1-8b`, `mistral-7b`', what);
    assert.match(text, `name one: \`npx just ${args.join(' ')} --model=llama-3.1-8b\``, what);
    assert.match(text, 'for every run: `models: { llama-3.1-8b: { enabled: true } }` in configs/setup.', what);
    assert.not.match(text, /next:/, what);
  }
  await hub.close();
});

test('is a clear answer where those that are here were asked for', async () => {
  const { hub, run } = await begin();
  for (const args of [['model:download'], ['model:verify'], ['gpu', '--estimate']]) {
    const { exitCode, text } = await run(...args, '--model=present');
    assert.is(exitCode, 0, text);
    assert.match(
      text,
      '✔ models — no model of the settings is in `models`, so there is nothing to do for `--model=present`',
      args.join(' '),
    );
    assert.not.match(text, /next:/);
  }
  const { exitCode, text } = await run('train', '--model=present');
  assert.equal([exitCode, text.includes('no model of the settings is in `models`')], [2, true], text);
  await hub.close();
});

test('a set-up and a validation go on without', async () => {
  const { hub, run } = await begin();
  for (const task of ['setup:remote', 'validate']) {
    const { text } = await run(task, '--env=remote', '--plan', '--no-gpu');
    assert.not.match(text, /E_USAGE/, task);
    assert.match(text, /storage/, task);
  }
  await hub.close();
});

test.run();
