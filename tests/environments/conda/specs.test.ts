import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isAtLeast } from '../../../tasks/common/dotted';
import { findConda } from '../../../tasks/environments/conda/find';
import { condaVersion } from '../../../tasks/environments/conda/packages/conda-version';
import { matches, parseMatchSpec } from '../../../tasks/environments/conda/packages/match-spec';
import { condaPackagesFrom } from '../../../tasks/environments/prefix/conda-meta';
import { condaFile, parseEnvironmentYml, requirementsOf } from '../../../tasks/environments/venv/lock/environment-yml';

const test = suite('conda: files, specs and versions');

const specs: readonly [spec: string, version: string, build: string, fits: boolean][] = [
  ['python=3.10', '3.10.13', 'h1', true],
  ['python=3.10', '3.1', 'h1', false],
  ['python=3.10', '3.11.0', 'h1', false],
  ['python 3.10.*', '3.10.2', 'h1', true],
  ['pytorch==2.1.0', '2.1.0', 'py3.10_cuda12.1', true],
  ['pytorch==2.1.0', '2.1.2', 'x', false],
  ['pytorch=2.1.0=*cuda12.1*', '2.1.0', 'py3.10_cuda12.1_cudnn8', true],
  ['pytorch=2.1.0=*cuda12.1*', '2.1.0', 'py3.10_cpu_0', false],
  ['numpy<2', '1.26.4', '', true],
  ['numpy<2', '2.0.1', '', false],
  ['setuptools>=65,<70', '69.5.1', '', true],
  ['setuptools >=65, <70', '70.0.0', '', false],
  ['conda-forge::pip', '24.0', '', true],
  ['tinybin=1.0|2.0', '1.0', '0', true],
  ['openssl=1.1.1w', '1.1.1w', 'h0', true],
];
for (const [spec, version, build, fits] of specs)
  test(`${spec} ${fits ? 'is met by' : 'is not met by'} ${version} ${build}`, () =>
    assert.is(matches(parseMatchSpec(spec), version, build), fits));

test('an environment file in two halves, and as requirements of the package index', () => {
  const yml = parseEnvironmentYml(
    'name: x\nchannels: [pytorch, nvidia]\ndependencies:\n  - python=3.10\n  - pytorch==2.1.0\n  - pytorch-cuda=12.1\n  - numpy<2\n  - pip\n  - pip: [transformers==4.36.0, scipy]\n',
  );
  assert.equal(requirementsOf(yml), ['torch==2.1.0', 'numpy<2', 'transformers==4.36.0', 'scipy']);
  const file = condaFile(yml, ['pytorch', 'nodefaults']);
  assert.match(file, /"nodefaults"/);
  assert.not.match(file, /transformers/);
  assert.throws(() => parseEnvironmentYml('dependencies: []'), /no `name`/);
  assert.throws(() => parseEnvironmentYml('name: x\ndependencies: {a: 1}'), /not a list/);
  assert.throws(() => parseEnvironmentYml('name: x\ndependencies: [3.1]'), /`3\.1` is not a dependency/);
  assert.throws(() => parseEnvironmentYml('text'), /not a mapping/);
});

test('packages of conda by the names of their records', () => {
  assert.equal(condaPackagesFrom(['history', 'ca-certificates-2024.2.2-hbcca054_0.json']), [
    { name: 'ca-certificates', version: '2024.2.2', build: 'hbcca054_0', entry: 'ca-certificates-2024.2.2-hbcca054_0.json' },
  ]);
});

const said: readonly [program: string, text: string, kind: string, version: string][] = [
  ['conda', '\nconda 4.3.16\n', 'conda', '4.3.16'],
  ['conda', 'conda 26.7.1', 'conda', '26.7.1'],
  ['mamba', 'mamba 1.5.8\nconda 23.11.0', 'mamba', '1.5.8'],
  ['mamba', '2.0.5', 'mamba', '2.0.5'],
  ['micromamba', '1.5.10', 'micromamba', '1.5.10'],
  ['conda', 'what?', 'conda', ''],
];
for (const [program, text, kind, version] of said)
  test(`${program} says ${JSON.stringify(text)}`, () => assert.equal(condaVersion(program, text), { kind, version }));

test('versions of conda by their numbers', () => {
  assert.ok(isAtLeast('26.7.0', '26.7'));
  assert.ok(isAtLeast('26.10', '26.7'));
  assert.not(isAtLeast('26.6.1', '26.7'));
  assert.ok(isAtLeast('26.7.0rc1', '26.7'));
  assert.not(isAtLeast('', '26.7'));
});

test('conda is found where it hides: variables before PATH, then the usual folders', () => {
  const at = (files: readonly string[], env: Record<string, string>) =>
    findConda({
      root: '/p',
      settings: { setup: { remote: { conda: null } } },
      host: {
        platform: 'linux',
        home: '/home/me',
        env,
        files: { stat: (file: string) => (files.includes(file) ? { isFile: () => true, mode: 0o755 } : undefined) },
      },
    } as never)?.command;
  const everywhere = [
    '/a/conda',
    '/b/mamba',
    '/bin/micromamba',
    '/bin/conda',
    '/home/me/miniforge3/bin/conda',
    '/opt/conda/bin/conda',
    '/r/bin/conda',
  ];
  assert.is(at(everywhere, { CONDA_EXE: '/a/conda', MAMBA_EXE: '/b/mamba', PATH: '/bin' }), '/a/conda');
  assert.is(at(everywhere, { CONDA_EXE: '/gone', MAMBA_EXE: '/b/mamba', PATH: '/bin' }), '/b/mamba');
  assert.is(at(everywhere, { PATH: '/bin' }), '/bin/micromamba');
  assert.is(at(everywhere, { PATH: '/empty', CONDA_ROOT: '/r' }), '/r/bin/conda');
  assert.is(at(everywhere, { PATH: '/empty' }), '/home/me/miniforge3/bin/conda');
  assert.is(at(['/opt/conda/bin/conda'], { PATH: '' }), '/opt/conda/bin/conda');
  assert.is(at([], { PATH: '/bin' }), undefined);
});

test.run();
