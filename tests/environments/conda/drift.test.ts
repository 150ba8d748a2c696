import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeDrift, driftOf, isCondaBroken } from '../../../tasks/environments/conda/drift';
import type { CondaEnvironmentRecord } from '../../../tasks/environments/conda/environment-record';
import { type Contents, pipHalf } from '../../../tasks/environments/conda/packages/packages';

const test = suite('conda: drift');
const yml = { name: 'x', channels: [], conda: ['python=3.10', 'numpy<2'], pip: ['peft==0.7.0'] };
const conda = (name: string, version: string, build = '0') => ({ name, version, build, entry: `${name}-${version}-${build}.json` });
const pip = (name: string, version: string) => ({ name, version, entry: '' });
const sound: Contents = {
  conda: [conda('python', '3.10.13'), conda('numpy', '1.26.4')],
  pip: [pip('peft', '0.7.0'), pip('pip', '24.0')],
  both: [],
  sitePackages: '',
};
const wanted = [{ name: 'peft', version: '0.7.0' }];
const marker = { conda: ['python=3.10.13=0', 'numpy=1.26.4=0'] } as unknown as CondaEnvironmentRecord;

interface Case {
  contents?: Partial<Contents>;
  /** The whole sentence. */
  says: string;
  broken: boolean;
  extra?: string[];
  marker?: CondaEnvironmentRecord;
}

const table: Record<string, Case> = {
  nothing: { says: '', broken: false },
  'a spec that nothing meets': {
    contents: { conda: [conda('python', '3.10.13'), conda('numpy', '2.0.1')] },
    says: 'conda half lacks numpy<2 (2.0.1 is there); conda half changed: numpy 1.26.4 → 2.0.1',
    broken: true,
  },
  'a package that is gone': {
    contents: { conda: [conda('python', '3.10.13')] },
    says: 'conda half lacks numpy<2 (not there); conda half changed: numpy 1.26.4 is gone',
    broken: true,
  },
  'another build': {
    contents: { conda: [conda('python', '3.10.13'), conda('numpy', '1.26.4', 'mkl')] },
    says: 'conda half changed: numpy 1.26.4 → 1.26.4 (mkl)',
    broken: true,
  },
  "a package of pip's that is missing": { contents: { pip: [] }, says: 'pip half: peft 0.7.0 is missing', broken: false },
  'another version of one': {
    contents: { pip: [pip('peft', '0.8.0')] },
    says: 'pip half: peft 0.8.0, the lock has 0.7.0',
    broken: false,
  },
  'a version with a local part': { contents: { pip: [pip('peft', '0.7.0+cu121')] }, says: '', broken: false },
  'a package of both': {
    contents: { both: [{ name: 'setuptools', conda: '65.5.0', pip: '70.0.0' }] },
    says: 'from both: setuptools: conda 65.5.0 and pip 70.0.0',
    broken: true,
  },
  'a package that is there twice': {
    contents: { pip: [pip('peft', '0.7.0'), pip('peft', '0.8.0')] },
    says: 'pip half: peft 0.8.0, the lock has 0.7.0; from both: peft is there twice',
    broken: true,
  },
  'what a person added': {
    contents: { conda: [...sound.conda, conda('mine', '1.0')], pip: [...sound.pip, pip('rich', '13.0')] },
    says: '',
    broken: false,
    extra: ['mine 1.0 (conda)', 'rich 13.0 (pip)'],
  },
};

for (const [name, { contents = {}, says, broken, extra = [] }] of Object.entries(table))
  test(name, () => {
    const drift = driftOf(yml, { ...sound, ...contents }, wanted, marker);
    assert.is(describeDrift(drift), says);
    assert.is(isCondaBroken(drift), broken);
    assert.equal(drift.extra, extra);
  });

test("pip brings what conda has not, and none of the libraries that conda's pytorch brings along", () => {
  const locked = ['torch', 'triton', 'nvidia-cublas-cu12', 'peft', 'numpy', 'colorama'].map((name) => ({
    name,
    version: '1',
    ...(name === 'colorama' ? { marker: "sys_platform == 'win32'" } : {}),
  }));
  const names = (...there: string[]) =>
    pipHalf(
      locked,
      there.map((name) => conda(name, '1')),
      { sys_platform: 'linux' },
    ).map(({ name }) => name);
  assert.equal(names('numpy'), ['torch', 'triton', 'nvidia-cublas-cu12', 'peft']);
  assert.equal(names('pytorch'), ['peft', 'numpy']);
});

test.run();
