import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { modelFiles, type Place, placeFor } from './model';
import { startHub } from './server';

const test = suite('models and the environments that may load them');
const files = { ...modelFiles(1000), 'config.json': '{"model_type": "llama", "rope_scaling": {"rope_type": "llama3", "factor": 8.0}}' };

/** An environment with a Python, as its folders tell. */
function environment(prefix: string, versions: Record<string, string>): string {
  fs.mkdirSync(path.join(prefix, 'bin'), { recursive: true });
  fs.writeFileSync(path.join(prefix, 'bin/python'), '#!/bin/sh\n', { mode: 0o755 });
  for (const [name, version] of Object.entries(versions))
    fs.mkdirSync(path.join(prefix, `lib/python3.10/site-packages/${name}-${version}.dist-info`), { recursive: true });
  return prefix;
}

const old = { transformers: '4.36.0', tokenizers: '0.15.2' };
const settings = ({ project }: Place, file: string, text: string) => fs.writeFileSync(path.join(project, 'configs', file), text);

/** conda notes which environment is the project's. */
function noteConda({ project }: Place, prefix: string): void {
  fs.mkdirSync(path.join(project, '.just-lora'), { recursive: true });
  fs.writeFileSync(
    path.join(project, '.just-lora/conda.json'),
    JSON.stringify({ name: 'weatherman-lora', prefix, program: '/nowhere/conda', phase: 'none' }),
  );
}

/** Every way that a project comes to its training environment: how it is told of one, given a place for it. */
const ways: [what: string, tell: (place: Place, prefix: string) => void, prefixIn?: (place: Place) => string][] = [
  ['the folder of the settings', () => undefined, ({ project }) => path.join(project, '.venv-remote')],
  ['what conda made here', noteConda],
  ['remote.prefix', (place, prefix) => settings(place, 'setup.remote.yaml', `remote: { prefix: '${prefix}' }\n`)],
  ['remote.prefix on a laptop', (place, prefix) => settings(place, 'setup.local.yaml', `remote: { prefix: '${prefix}' }\n`)],
  [
    'what conda noted under the name of the environment file',
    ({ env }, prefix) => {
      fs.mkdirSync(path.join(String(env.HOME), '.conda'));
      fs.writeFileSync(path.join(String(env.HOME), '.conda/environments.txt'), `${prefix}\n`);
    },
  ],
  [
    'an activated one',
    ({ env }, prefix) => {
      env.VIRTUAL_ENV = prefix;
    },
  ],
];

for (const [what, tell, prefixIn] of ways)
  test(`a model that the training environment cannot load is told before the first byte: ${what}`, async () => {
    const hub = await startHub();
    hub.add('org/tiny', files);
    const place = placeFor(hub);
    const prefix = environment(prefixIn?.(place) ?? path.join(String(place.env.HOME), 'envs', 'weatherman-lora'), old);
    tell(place, prefix);
    const { step, text } = await place.json();
    assert.is(step.code, 'E_MODEL_VERSIONS', text);
    assert.match(String(step.found), /transformers 4\.36\.0, 4\.43/);
    assert.is(hub.sent('model-00001-of-00001.safetensors'), 0);
    await hub.close();
  });

for (const [what, tell, prefixIn] of ways)
  for (const name of what.startsWith('the folder') ? ['hf', 'huggingface-cli'] : ['hf'])
    test(`${name} of the training environment moves the bytes: ${what}`, async () => {
      const hub = await startHub();
      hub.add('org/tiny', files);
      const place = placeFor(hub);
      const prefix = environment(prefixIn?.(place) ?? path.join(String(place.env.HOME), 'envs', 'weatherman-lora'), {});
      // It fetches what it is asked for from the folder beside it.
      for (const [file, content] of Object.entries(files)) {
        fs.mkdirSync(path.join(prefix, 'content'), { recursive: true });
        fs.writeFileSync(path.join(prefix, 'content', file), content);
      }
      fs.writeFileSync(
        path.join(prefix, 'bin', name),
        '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = --local-dir ] && to=$2; shift; done\nmkdir -p "$to"\ncp -R "$(dirname "$0")/../content/." "$to"\n',
        {
          mode: 0o755,
        },
      );
      tell(place, prefix);
      place.env.PATH = `${path.dirname(process.execPath)}:/usr/bin:/bin`;
      const { step, text } = await place.json('--backend=hf');
      assert.is(step.state, 'done', text);
      assert.is(hub.sent('model-00001-of-00001.safetensors'), 0);
      assert.ok(fs.existsSync(path.join(place.folder, 'model-00001-of-00001.safetensors')));
      await hub.close();
    });

test('without hf it says where it looked', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub, { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` });
  // A file that is no program is none.
  const prefix = environment(path.join(place.project, '.venv-remote'), {});
  fs.writeFileSync(path.join(prefix, 'bin/hf'), '', { mode: 0o644 });
  const { text } = await place.json('--backend=hf');
  assert.match(text, /E_HF_MISSING/);
  await hub.close();
});

test('from another folder of this machine too, and without asking the Hub', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const first = placeFor(hub);
  assert.is((await first.json()).outcome, 'changed');
  const source = path.join(first.project, 'models/tiny');
  await hub.close();
  const place = placeFor(hub);
  environment(path.join(place.project, '.venv-remote'), old);
  const { step, text } = await place.json(`--source=${source}`);
  assert.is(step.code, 'E_MODEL_VERSIONS', text);
  assert.not(fs.existsSync(path.join(place.project, 'models/tiny/config.json')));
  const any = await place.json(`--source=${source}`, '--any-versions');
  assert.is(any.outcome, 'changed', any.text);
});

test.run();
