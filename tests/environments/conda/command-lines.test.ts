import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { channelsFor, createArguments } from '../../../tasks/environments/conda/create/command-lines';

const test = suite('conda: command lines');
type Kind = 'conda' | 'mamba' | 'micromamba';

const creates: readonly [kind: Kind, version: string, line: string][] = [
  ['conda', '4.3.16', 'env create -p /env -f file.yml'],
  ['conda', '26.7.1', 'env create -p /env -f file.yml'],
  ['mamba', '1.5.8', 'env create -p /env -f file.yml'],
  ['mamba', '2.0.5', 'env create -y -p /env -f file.yml'],
  ['micromamba', '1.5.10', 'create -y -p /env -f file.yml'],
];
for (const [kind, version, line] of creates)
  test(`${kind} ${version}: ${line}`, () => assert.is(createArguments({ kind, version }, '/env', 'file.yml').join(' '), line));

test('nothing is ever asked to replace an environment', () => {
  for (const [kind, version] of creates) assert.not.match(createArguments({ kind, version }, '/env', 'x').join(' '), /force|remove|yes\b/);
});

const channels: readonly [kind: Kind, version: string, inFile: string[], variables: string[]][] = [
  ['conda', '24.11.1', ['a', 'b', 'nodefaults'], []],
  ['conda', '26.6.2', ['a', 'b', 'nodefaults'], []],
  ['conda', '26.7.0', ['a', 'b'], ['CONDA_CHANNELS=a,b', 'CONDA_DEFAULT_CHANNELS=a,b']],
  // One that does not say its version is taken for a new one: what it is told then holds for all.
  ['conda', '', ['a', 'b'], ['CONDA_CHANNELS=a,b', 'CONDA_DEFAULT_CHANNELS=a,b']],
  ['mamba', '2.0.5', ['a', 'b'], []],
  ['micromamba', '1.5.10', ['a', 'b'], []],
];
for (const [kind, version, inFile, variables] of channels)
  test(`${kind} ${version || 'of no version'} keeps to the channels of the file`, () => {
    const found = channelsFor({ kind, version }, ['a', 'defaults', 'b', 'nodefaults']);
    assert.equal(found.inFile, inFile);
    assert.equal(
      Object.entries(found.env).map(([name, value]) => `${name}=${value}`),
      variables,
    );
  });

test.run();
