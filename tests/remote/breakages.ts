import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProfileName } from '../../tasks/environments/profile/profile-files';
import { trainingProject } from '../support/training';

type Training = ReturnType<typeof trainingProject>;

/** What a person or another tool does to an environment, and what the tool says of it. */
interface Provoked {
  breaks(training: Training): void;
  /** How it is named; absent where every library works on, and only the look at the packages tells. */
  code?: string;
  /** What the message says beside the code. */
  says?: RegExp;
  /** Which package the look at the environment names. */
  drift: RegExp;
  /** `conda` sees names and versions of packages: what is inside a file is mended with `--force`. */
  force?: true;
}

/** A fault that cannot be provoked under a profile: a package that it does not have cannot be missing. */
interface NotThere {
  package: string;
  since: string;
}

/** One kind of fault, under each profile that the test runs for. */
type Fault = readonly [what: string, under: Readonly<Partial<Record<ProfileName, Provoked | NotThere>>>];

const installed =
  (...packages: readonly string[]) =>
  ({ uv }: Training) =>
    uv('install', ...packages);
const removed =
  (name: string) =>
  ({ uv }: Training) =>
    uv('uninstall', name);

/** A build for the processor alone says so in this file. */
const cpuBuild: Provoked = {
  breaks({ sitePackages }) {
    const file = path.join(sitePackages, 'torch', 'version.py');
    const text = fs.readFileSync(file, 'utf8').replace(/^cuda\b.*$/m, 'cuda = None');
    // A file of its own: the one that is there is the package cache's too.
    fs.rmSync(file);
    fs.writeFileSync(file, text);
  },
  code: 'E_TORCH_CPU',
  drift: /torch: .*version\.py/,
  force: true,
};

const faults: readonly Fault[] = [
  [
    'numpy of another age',
    {
      'as-asked': { breaks: installed('--no-deps', 'numpy==2.0.1'), code: 'E_NUMPY_2', drift: /numpy 2\.0\.1/ },
      // Every library of this profile asks for numpy 1.17 or newer, and works with both.
      current: { breaks: installed('--no-deps', 'numpy==1.26.4'), drift: /numpy 1\.26\.4/ },
    },
  ],
  [
    'huggingface_hub of another age',
    {
      'as-asked': { breaks: installed('huggingface_hub==1.0.1'), code: 'E_HUB_TOO_NEW', drift: /huggingface-hub 1\.0\.1/ },
      current: {
        breaks: installed('huggingface_hub==0.36.2'),
        code: 'E_PACKAGE_VERSION',
        says: /transformers 5\.\S+ needs huggingface-hub >=1\.31,<3, 0\.36\.2 is there/,
        drift: /huggingface-hub 0\.36\.2/,
      },
    },
  ],
  [
    'no scipy',
    {
      'as-asked': { breaks: removed('scipy'), code: 'E_SCIPY_MISSING', drift: /scipy/ },
      current: { package: 'scipy', since: 'bitsandbytes imports it no longer' },
    },
  ],
  [
    'no setuptools of its age',
    {
      'as-asked': { breaks: removed('setuptools'), code: 'E_SETUPTOOLS', drift: /setuptools/ },
      current: { package: 'setuptools', since: 'triton imports it no longer' },
    },
  ],
  ['a CPU build of torch', { 'as-asked': cpuBuild, current: cpuBuild }],
  [
    'no rich',
    {
      // What needs it is compat's trl. Here typer brings it, which is for the command line alone.
      current: { breaks: removed('rich'), drift: /rich/ },
    },
  ],
  [
    'pyarrow of another age',
    {
      current: {
        breaks: installed('pyarrow==14.0.2'),
        code: 'E_NUMPY_2',
        says: /pyarrow 14\.0\.2 needs numpy <2/,
        drift: /pyarrow 14\.0\.2/,
      },
    },
  ],
  [
    'trl 0.7 beside a newer transformers',
    {
      current: {
        breaks: installed('trl==0.7.4'),
        code: 'E_TRL_TRANSFORMERS',
        says: /trl 0\.7\.4 needs transformers <4\.43/,
        drift: /trl 0\.7\.4/,
      },
    },
  ],
  [
    'accelerate that is too old',
    {
      current: {
        breaks: installed('accelerate==0.25.0'),
        code: 'E_ACCELERATE_OLD',
        says: /transformers 5\.\S+ needs accelerate >=1\.1, 0\.25\.0 is there/,
        drift: /accelerate 0\.25\.0/,
      },
    },
  ],
  [
    'tokenizers of another age',
    {
      current: {
        breaks: installed('--no-deps', 'tokenizers==0.20.3'),
        code: 'E_PACKAGE_VERSION',
        says: /transformers 5\.\S+ needs tokenizers >=0\.23\.1,<0\.24, 0\.20\.3 is there/,
        drift: /tokenizers 0\.20\.3/,
      },
    },
  ],
  [
    'datasets of the data work',
    {
      current: {
        breaks: installed('datasets==2.15.0'),
        code: 'E_HUB_TOO_NEW',
        says: /datasets 2\.15\.0 needs huggingface-hub <1/,
        drift: /datasets 2\.15\.0/,
      },
    },
  ],
];

/** Faults of a training environment, provoked one after the other in a real one: named by what they do and by what changed, and mended. */
export function breakageTests(profile: ProfileName): void {
  const test = suite(`known breakages under ${profile}`);
  const training = trainingProject(profile);

  test.before(async () => {
    const { exitCode, stderr } = await training.run('conda');
    assert.is(exitCode, 0, stderr);
  });

  for (const [what, under] of faults) {
    const fault = under[profile];
    if (fault === undefined) continue;
    if ('since' in fault)
      test(`${what}: not under ${profile}, since ${fault.since}`, () => {
        const names = training.tell('import importlib.metadata as m; print([d.name.lower() for d in m.distributions()])');
        assert.not.match(names, `'${fault.package}'`);
      });
    else
      test(`${what}: ${fault.code ? `named by what it does (${fault.code}) and` : 'breaks nothing, and is named'} by what changed, and mended`, async () => {
        fault.breaks(training);
        const { exitCode, step } = await training.run('validate', '--env=remote', '--no-gpu');
        const [imports, packages] = [step('imports'), step('env:remote')];
        assert.is(exitCode, 3);
        assert.is(imports.code, fault.code, imports.found);
        assert.match(packages.found, fault.drift);
        if (fault.says) assert.match(imports.found, fault.says);
        // What another profile needs is never said to be missing in the file of this one.
        if (fault.code) assert.match(imports.fix, /^`npx just env:remote` brings [^\n]*$/);
        const mended = await training.run('conda', ...(fault.force ? ['--force'] : []));
        assert.is(mended.exitCode, 0, mended.stderr);
      });
  }

  test('with all of it mended every library works', async () => {
    const { step } = await training.run('validate', '--env=remote', '--no-gpu');
    assert.equal([step('env:remote').state, step('imports').state], ['done', 'done'], step('imports').found);
  });

  test.run();
}
