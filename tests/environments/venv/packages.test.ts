import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../tasks/engine/context';
import type { EnvironmentDefinition } from '../../../tasks/environments/venv/definition';
import { compare } from '../../../tasks/environments/venv/packages/compare';
import { packageStates, requestedPackages, withPins } from '../../../tasks/environments/venv/packages/packages';
import { thisHost } from '../../../tasks/platform';
import { temporaryFolder } from '../../support/project';

const test = suite('venv: package states');
const root = temporaryFolder();
fs.writeFileSync(path.join(root, 'requirements.txt'), 'Pandas==2.1.4 # why\nnltk\nnew-one==1.0\nrequests==2.31\n');
const context = { root, host: thisHost() } as Context;
const definition = { requirements: 'requirements.txt' } as EnvironmentDefinition;
const locked = [
  { name: 'pandas', version: '2.1.3' },
  { name: 'nltk', version: '3.8.1' },
  { name: 'requests', version: '2.31.0' },
  { name: 'numpy', version: '1.26.4' },
  { name: 'six', version: '1.16.0' },
];
const installed = [
  { name: 'pandas', version: '2.1.3', entry: '' },
  { name: 'nltk', version: '3.8.1', entry: '' },
  { name: 'requests', version: '2.31.0', entry: '' },
  { name: 'numpy', version: '2.0.0', entry: '' },
  { name: 'rich', version: '13.0.0', entry: '' },
  { name: 'pip', version: '24.0', entry: '' },
];
const states = packageStates(locked, installed, compare(locked, installed), requestedPackages(context, definition));
const shown = (all: typeof states) =>
  all.map(
    ({ name, version, locked: wanted, drift, asked }) =>
      `${name} ${version ?? '-'} ${wanted ?? '-'} ${drift ?? 'same'}${asked ? ' asked' : ''}`,
  );

test('against the lock', () => {
  assert.equal(shown(states), [
    'nltk 3.8.1 3.8.1 same asked',
    'numpy 2.0.0 1.26.4 version',
    'pandas 2.1.3 2.1.3 same asked',
    'pip 24.0 - same',
    'requests 2.31.0 2.31.0 same asked',
    'rich 13.0.0 - extra',
    'six - 1.16.0 missing',
  ]);
});

test('against the requirements, where the lock is older', () => {
  assert.equal(shown(withPins(states, context, definition)), [
    'new-one - 1.0 missing asked',
    'nltk 3.8.1 3.8.1 same asked',
    'numpy 2.0.0 1.26.4 version',
    'pandas 2.1.3 2.1.4 version asked',
    'pip 24.0 - same',
    'requests 2.31.0 2.31 same asked',
    'rich 13.0.0 - extra',
    'six - 1.16.0 missing',
  ]);
});

test.run();
