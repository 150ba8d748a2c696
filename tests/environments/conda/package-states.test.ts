import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CondaEnvironmentRecord } from '../../../tasks/environments/conda/environment-record';
import { condaPackageStates } from '../../../tasks/environments/conda/packages/package-states';

const test = suite('conda: package states');
const yml = { name: 'x', channels: [], conda: ['python=3.10', 'numpy=1.26'], pip: ['peft==0.7.0'] };
const conda = (name: string, version: string, build = 'h_0') => ({ name, version, build, entry: `${name}-${version}-${build}.json` });
const contents = {
  conda: [conda('python', '3.10.13'), conda('numpy', '1.26.5'), conda('mine', '1.0')],
  pip: [
    { name: 'peft', version: '0.7.0', entry: '' },
    { name: 'trl', version: '0.8.0', entry: '' },
    { name: 'torch', version: '2.1.0+cu121', entry: '' },
    { name: 'rich', version: '13.0.0', entry: '' },
    { name: 'pip', version: '24.0', entry: '' },
  ],
  both: [],
  sitePackages: '',
};
const wanted = [
  { name: 'peft', version: '0.7.0' },
  { name: 'trl', version: '0.7.4' },
  { name: 'torch', version: '2.1.0' },
  { name: 'accelerate', version: '0.25.0' },
];
const marker = { conda: ['python=3.10.13=h_0', 'numpy=1.26.4=h_0', 'zlib=1.3=h_0'] } as unknown as CondaEnvironmentRecord;

test('tells of each package how it differs, and of which half it is', () => {
  const states = condaPackageStates(yml, contents, wanted, marker).map(({ name, version, locked, drift, from, asked }) =>
    [name, version, locked, drift, from, asked ? 'asked' : ''].join(' '),
  );
  assert.equal(states, [
    'accelerate  0.25.0 missing pip ',
    'mine 1.0  extra conda ',
    'numpy 1.26.5 1.26.4 version conda asked',
    'peft 0.7.0 0.7.0  pip asked',
    'pip 24.0   pip ',
    'python 3.10.13 3.10.13  conda asked',
    'rich 13.0.0  extra pip ',
    'torch 2.1.0+cu121 2.1.0  pip ',
    'trl 0.8.0 0.7.4 version pip ',
    'zlib  1.3 missing conda ',
  ]);
});

test('says nothing of packages of conda in an environment of another', () => {
  const states = condaPackageStates(yml, contents, wanted, undefined).filter(({ from }) => from === 'conda');
  assert.ok(states.length === 3 && states.every(({ drift }) => drift === undefined));
});

test.run();
