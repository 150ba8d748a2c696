import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import { readSettings } from '../../tasks/settings/read/load';
import { configurationDocument, documentFile, schemas } from '../../tools/schemas';
import { repository, temporaryFolder } from '../support/project';

const test = suite('schemas');
const host = { ...thisHost(), env: {} };

for (const [name, text] of Object.entries(schemas()))
  test(`${name} is what the definition says (\`npm run schemas\` remakes it)`, () => {
    assert.is(fs.readFileSync(path.join(repository, 'configs', 'schemas', name), 'utf8'), text);
  });

test('docs/CONFIGURATION.md lists every setting with its default (`npm run schemas` remakes the tables)', () => {
  assert.is(fs.readFileSync(documentFile, 'utf8'), configurationDocument());
});

test('the files that a project starts from say every default, as it is', () => {
  const written = readSettings(host, repository, 'local');
  const defaults = readSettings(host, temporaryFolder(), 'local');
  assert.is(written.fault, undefined);
  assert.equal(written.settings, defaults.settings);
  // A remote is a person's to describe; the file shows one, with what it needs.
  const unsaid = [...written.origins]
    .filter(([name, origin]) => origin === 'default' && !name.startsWith('remotes.'))
    .map(([name]) => name);
  assert.equal(unsaid, []);
});

test('each file names its schema, so that editors complete and check', () => {
  for (const [file, schema] of [
    ['setup.yaml', 'setup'],
    ['training_config.yaml', 'training'],
  ])
    assert.match(fs.readFileSync(path.join(repository, 'configs', file ?? ''), 'utf8'), `$schema=schemas/${schema}.schema.json\n`);
  const paths = JSON.parse(fs.readFileSync(path.join(repository, 'configs', 'paths_config.json'), 'utf8'));
  assert.is(paths.$schema, 'schemas/paths.schema.json');
});

test.run();
