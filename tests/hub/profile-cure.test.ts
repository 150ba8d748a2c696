import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust, temporaryFolder } from '../support/project';
import { modelFiles, type Place, placeFor } from './model';
import { startHub } from './server';

const test = suite('the cure of an environment that is too old for a model');
const name = 'llama-3.1-8b';
const config = '{"model_type": "llama", "rope_scaling": {"rope_type": "llama3", "factor": 8.0}}';

function install({ project }: Place, folder: string, versions: Record<string, string>): void {
  for (const [library, version] of Object.entries(versions))
    fs.mkdirSync(path.join(project, folder, `lib/python3.10/site-packages/${library}-${version}.dist-info`), { recursive: true });
}

/** What `model:download` says with these settings. */
async function fixWith(settings: object, folder: string, args: readonly string[] = []): Promise<string> {
  const hub = await startHub();
  hub.add('meta-llama/Llama-3.1-8B-Instruct', { ...modelFiles(1000), 'config.json': config });
  const place = placeFor(hub, {}, name);
  install(place, folder, { transformers: '4.36.0', tokenizers: '0.15.2' });
  fs.writeFileSync(path.join(place.project, 'configs/setup.remote.yaml'), JSON.stringify(settings));
  fs.writeFileSync(path.join(place.project, 'configs/setup.local.yaml'), JSON.stringify(settings));
  const { step, text } = await place.json(...args);
  await hub.close();
  assert.is(step.code, 'E_MODEL_VERSIONS', text);
  return String(step.fix);
}

test('is another profile where one loads it: by the settings, by its name, or by the model', async () => {
  const env = '--env=remote';
  const enabled = await fixWith({}, '.venv-remote', [env, '--update']);
  assert.match(enabled, /^`npx just env:remote --env=remote` makes that of profile compat, which loads it$/m);
  assert.match(enabled, `\`npx just model:download --model=${name} --env=remote --update --any-versions\` fetches the model all the same`);
  const off = { models: { [name]: { enabled: false } } };
  const named = await fixWith(off, '.venv-remote', [env]);
  assert.match(named, /^`npx just env:remote --env=remote --set remote\.profile=compat` makes that of profile compat/);
  assert.match(named, `for every run: \`models: { ${name}: { enabled: true } }\` in configs/setup.remote.yaml`);
  const forced = await fixWith({ remote: { profile: 'as-asked' } }, '.venv-remote', [env]);
  assert.match(forced, '`npx just env:remote --env=remote --set remote.profile=compat`');
  assert.match(forced, 'for every run: `remote: { profile: compat }`');
});

test("is the laptop's own list where it is the environment of the data work", async () => {
  assert.match(await fixWith({}, '.venv-local', ['--env=local']), /^raise them in `requirements-local\.txt`, then `npx just env:local`$/m);
});

test('a training of a model that is off asks for the profile that loads it', async () => {
  const place = placeFor(await startHub());
  // uv and pip ask for a folder without spaces.
  const prefix = path.join(temporaryFolder('prefix'), 'environment');
  const settings = (model: object) =>
    fs.writeFileSync(
      path.join(place.project, 'configs/setup.remote.yaml'),
      JSON.stringify({ models: { [name]: model }, remote: { path: prefix } }),
    );
  const fix = async () => {
    const { stdout } = await runJust(place.project, ['train', `--model=${name}`, '--json'], place.env);
    return JSON.parse(stdout).steps[0].fix;
  };
  settings({ enabled: false });
  assert.is(await fix(), '`npx just env:remote --set remote.profile=compat`');
  settings({ enabled: true });
  assert.is(await fix(), '`npx just env:remote`');
});

test.run();
