import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeCondaEnvironmentRecord } from '../../../tasks/environments/conda/environment-record';
import { notedEnvironments } from '../../../tasks/environments/conda/find';
import { lookAtConda } from '../../../tasks/environments/conda/look';
import { temporaryFolder } from '../../support/project';
import { contextFor } from '../../support/transcript';

const test = suite('conda: a full look');
const yml = { name: 'x', channels: [], conda: ['tinybin=1.0'], pip: [] };
const files = { requirements: 'environment-remote.yml', lock: 'environment-remote.lock', profile: 'as-asked', variants: {} } as const;

/** An environment of ours with one package of conda's, and how a look finds it. */
function environment(record: string, there: readonly string[]) {
  const project = temporaryFolder();
  const prefix = path.join(project, 'env');
  const context = contextFor(project);
  fs.mkdirSync(path.join(prefix, 'conda-meta'), { recursive: true });
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'history'), '');
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'tinybin-1.0-0.json'), record);
  for (const name of there) fs.writeFileSync(path.join(prefix, name), '');
  writeCondaEnvironmentRecord(context, prefix, {
    by: 'just-lora',
    name: 'x',
    conda: ['tinybin=1.0=0'],
    pip: [],
    inputs: {},
    python: 'none',
  });
  return (depth: 'quick' | 'full') => lookAtConda(context, { ...files, yml, prefix }, [], depth);
}

const record = JSON.stringify({ files: ['tiny', 'tiny.pyc'] });

test('every file that conda noted is there', async () => {
  const look = environment(record, ['tiny']);
  assert.is((await look('full')).kind, 'healthy');
});

for (const [what, text, says] of [
  ['a file that is gone', record, /tinybin=1\.0=0 \(`tiny` is missing\)/],
  ['a record cut short', record.slice(0, 9), /tinybin=1\.0=0 \(its record cannot be read\)/],
] as const)
  test(`${what}: only building it again mends conda's half`, async () => {
    const look = environment(text, []);
    const found = await look('full');
    assert.is(found.kind, 'rebuild');
    assert.match(found.found, says);
    assert.is((await look('quick')).kind, 'healthy', 'a quick look reads names alone');
  });

test('a place that is no environment', async () => {
  const project = temporaryFolder();
  const look = (prefix: string) => lookAtConda(contextFor(project), { ...files, yml, prefix }, [], 'quick');
  const [file, empty, full] = ['file', 'empty', 'full'].map((name) => path.join(project, name)) as [string, string, string];
  fs.writeFileSync(file, '');
  fs.mkdirSync(empty);
  fs.mkdirSync(full);
  fs.writeFileSync(path.join(full, 'thesis.txt'), '');
  const found = await Promise.all([path.join(project, 'none'), file, empty, full].map(look));
  assert.equal(
    found.map(({ kind }) => kind),
    ['absent', 'foreign', 'absent', 'foreign'],
  );
  assert.match(found[1]?.found ?? '', /is not a folder/);
  assert.match(found[3]?.found ?? '', /not a conda environment and holds thesis\.txt/);
});

test('a Python that conda noted and that is gone', async () => {
  const project = temporaryFolder();
  const prefix = path.join(project, 'env');
  const context = contextFor(project);
  fs.mkdirSync(path.join(prefix, 'conda-meta'), { recursive: true });
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'history'), '');
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'python-3.10.13-0.json'), '{}');
  writeCondaEnvironmentRecord(context, prefix, {
    by: 'just-lora',
    name: 'x',
    conda: ['python=3.10.13=0'],
    pip: [],
    inputs: {},
    python: '3.10.13',
  });
  const found = await lookAtConda(context, { ...files, yml: { ...yml, conda: ['python=3.10'] }, prefix }, [], 'quick');
  assert.equal([found.kind, found.found], ['rebuild', `\`${prefix}\`: \`bin/python\` is missing`]);
});

test('environments that conda noted down', () => {
  const { host } = contextFor(temporaryFolder());
  assert.equal(notedEnvironments(host), []);
  fs.mkdirSync(path.join(host.home as string, '.conda'));
  fs.writeFileSync(path.join(host.home as string, '.conda', 'environments.txt'), '/a/env\n/b/env\n');
  assert.equal(notedEnvironments(host), ['/a/env', '/b/env']);
});

test.run();
