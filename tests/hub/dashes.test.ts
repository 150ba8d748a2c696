import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust } from '../support/project';
import { pythonWith } from '../support/python';
import { contentFor, contentOf, modelFiles, placeFor } from './model';
import { startHub } from './server';

const test = suite('names that look like options');

const files = { ...modelFiles(200_000, 100_000), '--force-download.json': '{}', '-v.txt': 'x' };

/** Each takes its arguments in its own way: the first by typer, the second by argparse. */
const clients = {
  'hf 1.33': () => path.join(path.dirname(pythonWith('huggingface_hub==1.33.0')), 'hf'),
  'hf 0.36': () => path.join(path.dirname(pythonWith('huggingface_hub[cli]==0.36.2')), 'hf'),
  'huggingface-cli 0.25': () => path.join(path.dirname(pythonWith('huggingface_hub==0.25.2')), 'huggingface-cli'),
};

for (const [name, command] of Object.entries(clients))
  test(`files of a repository reach ${name} as files`, async () => {
    const hub = await startHub();
    hub.add('org/tiny', files);
    const place = placeFor(hub, {});
    const bin = path.join(place.project, '.venv-local', 'bin');
    fs.mkdirSync(bin, { recursive: true });
    fs.symlinkSync(command(), path.join(bin, path.basename(command())));
    const { outcome, text } = await place.json('--backend=hf');
    assert.is(outcome, 'changed', text);
    assert.equal(contentOf(place.folder), contentFor(files));
    await hub.close();
  });

test('a repository or a revision that begins with a dash is refused before anything is asked', async () => {
  const hub = await startHub();
  const place = placeFor(hub, {});
  for (const [model, says] of [
    ['-x/y', /unknown model/],
    ['org/tiny@--force', /names a revision that begins with `-`/],
  ] as const) {
    const { exitCode, stderr } = await runJust(place.project, ['model:download', `--model=${model}`], place.env);
    assert.is(exitCode, 2);
    assert.match(stderr, says);
  }
  for (const [setting, says] of [
    ['repo: -x/y', /models\.tiny\.repo is "-x\/y"; expected owner\/name/],
    ['repo: org/tiny, revision: --force', /models\.tiny\.revision is "--force"/],
  ] as const) {
    fs.writeFileSync(path.join(place.project, 'configs/setup.local.yaml'), `models: { tiny: { ${setting} } }\n`);
    const { exitCode, stderr } = await runJust(place.project, ['model:download'], place.env);
    assert.is(exitCode, 2);
    assert.match(stderr, says);
  }
  assert.equal(hub.seen, []);
  await hub.close();
});

test.run();
