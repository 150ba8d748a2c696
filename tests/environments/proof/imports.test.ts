import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrialResult } from '../../../tasks/checks/libraries/library-trial';
import type { Finding } from '../../../tasks/engine/step';
import { trainingFix } from '../../../tasks/environments/proof/fix';
import { importsFinding } from '../../../tasks/environments/proof/imports-finding';
import { tryImports } from '../../../tasks/environments/proof/try-imports';
import { contextWith } from '../../support/context';
import { cleanEnvironment } from '../../support/project';
import { python310 } from '../../support/python';
import { skip } from '../../support/skip';

const test = suite('what a trial of the training libraries comes to');
const fine = (library: string, more: Partial<TrialResult> = {}): TrialResult => ({ library, ok: true, version: '1.0', ms: 1, ...more });
const wrong = (library: string, error: string, causes = ''): TrialResult => ({ library, ok: false, error, causes, ms: 1 });
const torch = (cuda: string | null) => fine('torch', { version: '2.1.2', cuda });
const file = 'environment-remote.yml';

interface Case {
  tried: TrialResult[];
  versions?: Record<string, string>;
  differs?: boolean;
  platform?: NodeJS.Platform;
  state?: Finding['state'];
  code?: string;
  says: RegExp;
  fix?: RegExp;
}

const table: Record<string, Case> = {
  'all work': { tried: [torch('12.1'), fine('peft')], state: 'done', says: /^2 of 2 libraries work$/ },
  'all work, and two do not go together': {
    tried: [fine('torch', { version: '2.1.2', cuda: '12.1' })],
    versions: { torch: '2.1.2', numpy: '2.0.1' },
    state: 'done',
    says: /torch 2\.1\.2 needs numpy <2, 2\.0\.1 is there/,
  },
  'an error that is known': {
    tried: [torch('12.1'), wrong('datasets', "ImportError: cannot import name 'HfFolder'"), wrong('trl', 'RuntimeError', 'HfFolder')],
    code: 'E_HUB_TOO_NEW',
    says: /^1 of 3 libraries work: datasets breaks, since huggingface_hub 1\.x is there/,
    fix: /^`npx just env:remote --force` brings what the lock says\nwhere `environment-remote\.yml` was edited: add `huggingface_hub<0\.26` to it$/,
  },
  'an error that is known, where packages are not those of the lock': {
    tried: [wrong('trl', "ImportError: cannot import name 'top_k_top_p_filtering'")],
    versions: { trl: '0.7.4', transformers: '5.20.2', accelerate: '1.15.0', tokenizers: '0.23.3', 'huggingface-hub': '2.4.0' },
    differs: true,
    code: 'E_TRL_TRANSFORMERS',
    says: /trl breaks, since trl 0\.7\.4 needs transformers <4\.43, 5\.20\.2 is there$/,
    fix: /^`npx just env:remote` brings what the lock says$/,
  },
  'a package that transformers refuses': {
    tried: [
      wrong(
        'peft',
        'ImportError: tokenizers>=0.23.1,<0.24.0 is required for a normal functioning of this module, but found tokenizers==0.20.3.',
      ),
    ],
    versions: { transformers: '5.20.2', accelerate: '1.15.0', tokenizers: '0.20.3', 'huggingface-hub': '2.4.0' },
    code: 'E_PACKAGE_VERSION',
    says: /peft breaks, since transformers 5\.20\.2 needs tokenizers >=0\.23\.1,<0\.24, 0\.20\.3 is there$/,
    fix: /add `tokenizers>=0\.23\.1,<0\.24` to it$/,
  },
  'a known error that stands behind another': {
    tried: [wrong('peft', 'RuntimeError: failed', "ModuleNotFoundError: No module named 'scipy'"), wrong('trl', "No module named 'scipy'")],
    code: 'E_SCIPY_MISSING',
    says: /^0 of 2 libraries work: peft, trl break, since bitsandbytes imports scipy/,
  },
  'an error that a setting mends': {
    tried: [wrong('tokenizers', 'untagged enum ModelWrapper')],
    code: 'E_TOKENIZERS_OLD',
    says: /newer tokenizers/,
    fix: /^`npx just env:remote --set remote\.profile=compat`$/,
  },
  'an error that nobody knows, which a conflict explains': {
    tried: [wrong('trl', 'TypeError: what?')],
    versions: { trl: '0.7.4', transformers: '4.45.2', accelerate: '0.34.2', tokenizers: '0.20.3', 'huggingface-hub': '0.25.2' },
    code: 'E_TRL_TRANSFORMERS',
    says: /trl 0\.7\.4 needs transformers <4\.43, 4\.45\.2 is there; trl TypeError: what\?/,
    fix: /add `transformers<4\.43`/,
  },
  'an error that nobody knows': {
    tried: [wrong('trl', 'TypeError: what?')],
    code: 'E_LIBRARY',
    says: /trl TypeError: what\?/,
    fix: /^`npx just env:remote --force`$/,
  },
  'a CPU build': {
    tried: [torch(null)],
    code: 'E_TORCH_CPU',
    says: /^1 of 1 libraries work: torch 2\.1\.2 is a CPU build, CUDA 12\.1 is needed$/,
    fix: /^`npx just env:remote --force` brings the build of the lock$/,
  },
  'another CUDA': { tried: [torch('11.8')], code: 'E_TORCH_CPU', says: /is built for CUDA 11\.8, 12\.1 was expected/ },
  'a CPU build where there is no other': { tried: [torch(null)], platform: 'darwin', state: 'done', says: /1 of 1/ },
};

for (const [name, { tried, versions = {}, differs = false, platform = 'linux', state = 'todo', code, says, fix }] of Object.entries(table))
  test(name, () => {
    const finding = importsFinding(tried, {
      versions: new Map(Object.entries(versions)),
      requirements: file,
      differs,
      platform,
    }) as Finding & Record<string, string>;
    assert.is(finding.state, state);
    assert.is(finding['code'], code);
    assert.match([finding.found, finding['warning']].filter(Boolean).join('\n'), says);
    if (fix) assert.match(finding['fix'] ?? '', fix);
    assert.is(finding.table?.length, tried.length + 1);
    assert.equal((finding.data as { libraries: unknown }).libraries, tried);
  });

test('what only a person can do is no line for the environment file', () =>
  assert.is(trainingFix('set both in the training script', file), 'set both in the training script'));

const keeps = 'what acts leaves the bytecode for the proof and the training behind it; a look leaves none, whatever is set';
if (!python310()) skip(test, keeps, 'no Python 3.10 on this machine');
else
  test(keeps, async () => {
    const context = contextWith({ remote: { engine: 'venv' } });
    const venv = path.join(context.root, '.venv-remote');
    execFileSync(python310() ?? '', ['-m', 'venv', '--without-pip', venv], { env: cleanEnvironment() });
    const packages = path.join(venv, 'lib/python3.10/site-packages');
    for (const name of ['one', 'one-1.0.dist-info']) fs.mkdirSync(path.join(packages, name));
    fs.writeFileSync(path.join(packages, 'one/__init__.py'), '');
    fs.writeFileSync(path.join(packages, 'one-1.0.dist-info/METADATA'), 'Metadata-Version: 2.1\nName: one\nVersion: 1.0\n');
    fs.writeFileSync(path.join(packages, 'one-1.0.dist-info/top_level.txt'), 'one\n');
    const before = process.env.PYTHONDONTWRITEBYTECODE;
    for (const [as, set, left] of [
      ['look', undefined, false],
      ['action', '1', true],
    ] as const) {
      if (set === undefined) delete process.env.PYTHONDONTWRITEBYTECODE;
      else process.env.PYTHONDONTWRITEBYTECODE = set;
      const [tried] = await tryImports(context, ['one'], () => undefined, as);
      assert.ok(tried?.ok, tried?.error);
      assert.is(fs.existsSync(path.join(packages, 'one/__pycache__')), left, as);
    }
    if (before === undefined) delete process.env.PYTHONDONTWRITEBYTECODE;
    else process.env.PYTHONDONTWRITEBYTECODE = before;
  });

test.run();
