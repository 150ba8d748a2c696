import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseProfile, describeChoice } from '../../../tasks/environments/profile/choose';
import { projectCopy } from '../../support/project';
import { contextFor } from '../../support/transcript';

const test = suite('which versions the training environment has');

/** What is chosen for these models, of which some have files here. */
function choiceFor(models: Record<string, string>, files: Record<string, string> = {}, ...sets: string[]) {
  const project = projectCopy();
  const enabled = Object.entries(models).map(([name, repo]) => [name, { repo }]);
  const settings = { models: { 'llama-3.1-8b': { enabled: false }, 'mistral-7b': { enabled: false }, ...Object.fromEntries(enabled) } };
  fs.writeFileSync(path.join(project, 'configs/setup.remote.yaml'), JSON.stringify(settings));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(project, 'models', name)), { recursive: true });
    fs.writeFileSync(path.join(project, 'models', name), text);
  }
  return chooseProfile(contextFor(project, { sets }));
}

const plain = '{"model_type": "llama"}';
const llama3 = '{"model_type": "llama", "rope_scaling": {"rope_type": "llama3"}}';

test('as asked where every model loads, by its own files before what is known of its repository', async () => {
  const choice = await choiceFor({ one: 'org/one' }, { 'one/config.json': plain });
  assert.equal([choice.profile, choice.forced, choice.needing, choice.unmet], ['as-asked', false, [], []]);
  assert.match(choice.versions.get('transformers') ?? '', /^4\.36\./);
});

test('compat where one does not, or nothing is known of it; each is told in the order of the settings', async () => {
  const choice = await choiceFor(
    { two: 'org/two', one: 'org/one', three: 'org/three' },
    { 'one/config.json': llama3, 'three/config.json': plain },
  );
  assert.is(choice.profile, 'compat');
  assert.is(choice.needing.length, 2);
  assert.match(choice.needing[0] ?? '', /^two \(nothing is known of `org\/two`\)$/);
  assert.match(choice.needing[1] ?? '', /^one \(transformers 4\.36\.\d+, 4\.43\.0 or newer needed/);
  assert.equal(choice.unmet, []);
});

test('the setting has the last word, and what it does not load is told', async () => {
  const choice = await choiceFor({ one: 'org/one' }, { 'one/config.json': llama3 }, 'remote.profile=as-asked');
  assert.equal([choice.profile, choice.forced], ['as-asked', true]);
  assert.equal(choice.unmet, choice.needing);
  assert.is(choice.unmet.length, 1);
});

test('the line of a profile whose file names none of the known packages has no empty part', async () => {
  const choice = {
    ...(await choiceFor({ one: 'org/one' }, { 'one/config.json': llama3 }, 'remote.profile=as-asked')),
    versions: new Map(),
  };
  assert.match(describeChoice(choice), /^as-asked, as `remote\.profile` says; does not load one \(/);
});

test('a config that cannot be read leaves what is known of the repository', async () => {
  for (const text of ['', '{"model_type": ', 'null', '[]']) {
    const choice = await choiceFor({ one: 'meta-llama/Llama-3.1-8B-Instruct' }, { 'one/config.json': text });
    assert.match(choice.needing.join(), /^one \(transformers/, text);
  }
});

test.run();
