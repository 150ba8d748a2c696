import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { choiceFault } from '../../../tasks/environments/profile/choice-fault';
import { decide } from '../../../tasks/environments/profile/decide';
import type { MachineOfChoice } from '../../../tasks/environments/profile/machine-of-choice';
import type { ProfileName } from '../../../tasks/environments/profile/profile-files';
import { profileVersions } from '../../../tasks/environments/profile/profile-versions';
import { machineOf } from '../../../tasks/gpu/driver/machine';
import { requirementsOf } from '../../../tasks/gpu/driver/requirements';
import { needsOf } from '../../../tasks/knowledge/models';
import { thisHost } from '../../../tasks/platform';
import { projectCopy, temporaryFolder } from '../../support/project';
import { contextFor } from '../../support/transcript';

/** Which versions each machine gets for each kind of model, every expectation written by hand. */
const test = suite('the choice of the profile: machines × models');
const project = projectCopy();
const context = contextFor(project);
const onNothing = machineOf({ ...thisHost(), systemRoot: temporaryFolder() });

/** One repository of each kind: what the versions of 2023 load, those of 2024, and three that only those of today do. */
const repositories = {
  'Mistral v0.2': 'mistralai/Mistral-7B-Instruct-v0.2',
  'Llama 3.1': 'meta-llama/Meta-Llama-3.1-8B-Instruct',
  'Qwen 3': 'Qwen/Qwen3-8B',
  'Gemma 3': 'google/gemma-3-4b-it',
  'GPT-OSS': 'openai/gpt-oss-20b',
} as const;

/**
 * What is chosen, and why: by the models alone (`as-asked`, `compat`, `current`), since the card or the processor has no code in
 * what is older (`current!`), or refused: with the driver that is needed, or with a code.
 */
type Expected = ProfileName | 'current!' | `driver ${string}` | 'E_GPU_CAPABILITY' | 'E_PROFILE';

const models: readonly Expected[] = ['as-asked', 'compat', 'current', 'current', 'current'];
const always = (one: Expected): readonly Expected[] => [one, one, one, one, one];
const tooOld: readonly Expected[] = ['as-asked', 'compat', 'E_PROFILE', 'E_PROFILE', 'E_PROFILE'];

interface Row {
  /** As `nvidia-smi` says it, with the compute capability; several on a machine of mixed cards. */
  cards: readonly (readonly [name: string, capability: string | undefined])[];
  driver?: string;
  more?: Partial<MachineOfChoice>;
  sets?: readonly string[];
  expected: readonly Expected[];
  because: string;
}

const one = (
  name: string,
  capability: string | undefined,
  driver: string,
  expected: readonly Expected[],
  because: string,
  more?: Partial<MachineOfChoice>,
): Row => ({
  cards: [[name, capability]],
  driver,
  expected,
  because,
  ...(more ? { more } : {}),
});
const grace: Partial<MachineOfChoice> = { arch: 'arm64' };
const wsl: Partial<MachineOfChoice> = { system: 'windows' };
const card1080 = 'NVIDIA GeForce GTX 1080';
const card3090 = 'NVIDIA GeForce RTX 3090';
const card5090 = 'NVIDIA GeForce RTX 5090';

const rows: readonly Row[] = [
  one('Tesla K80', '3.7', '470.223.02', always('E_GPU_CAPABILITY'), 'no torch of ours has code for Kepler, whatever the driver'),
  one('NVIDIA GeForce GTX 970', '5.2', '535.129.03', tooOld, 'torch 2.1 has sm_50, torch 2.10 begins at sm_70'),
  one('Tesla P100-PCIE-16GB', '6.0', '550.54.15', tooOld, 'torch 2.10 begins at sm_70'),
  one(
    card1080,
    '6.1',
    '470.223.02',
    ['driver 525.60.13', 'driver 525.60.13', 'E_GPU_CAPABILITY', 'E_GPU_CAPABILITY', 'E_GPU_CAPABILITY'],
    'CUDA 12 needs 525; for the newer models no driver helps',
  ),
  one(card1080, '6.1', '535.129.03', tooOld, 'sm_60 of torch 2.1 runs on 6.1, torch 2.10 begins at sm_70'),
  one(card1080, '6.1', '580.95.05', tooOld, 'the last branch that drives it changes nothing'),
  one('Tesla V100-SXM2-16GB', '7.0', '470.256.02', always('driver 525.60.13'), 'CUDA 12 needs 525'),
  one('Tesla V100-SXM2-16GB', '7.0', '525.147.05', models, 'every torch has sm_70, and one driver serves all of CUDA 12'),
  one('Tesla V100-SXM2-32GB', '7.0', '580.95.05', models, 'the last branch that drives it'),
  one('Tesla T4', '7.5', '450.80.02', always('driver 525.60.13'), 'CUDA 12 needs 525'),
  one('Tesla T4', '7.5', '535.183.01', models, 'every torch has sm_75'),
  one('Tesla T4', '7.5', '610.57.04', models, 'a newer driver runs all that is older'),
  one('Quadro RTX 8000', '7.5', '550.54.15', models, 'every torch has sm_75'),
  one('NVIDIA A100-SXM4-80GB', '8.0', '470.223.02', always('driver 525.60.13'), 'CUDA 12 needs 525'),
  one('NVIDIA A100-SXM4-80GB', '8.0', '470.223.02', models, 'the compatibility package of CUDA 12.2 serves CUDA 12', {
    cudaOfDriver: '12.2',
  }),
  one('NVIDIA A100-SXM4-80GB', '8.0', '525.147.05', models, 'CUDA 12.8 runs on 525 too: minor version compatibility'),
  one('NVIDIA A100-SXM4-40GB', '8.0', '610.57.04', models, 'a newer driver runs all that is older'),
  one('NVIDIA A30', '8.0', '535.129.03', models, 'every torch has sm_80'),
  one(card3090, '8.6', '515.105.01', always('driver 525.60.13'), 'CUDA 12 needs 525'),
  one(card3090, '8.6', '535.129.03', models, 'every torch has sm_86'),
  one('NVIDIA A10', '8.6', '530.30.02', models, 'every torch has sm_86'),
  one('NVIDIA A10G', '8.6', '550.90.07', models, 'every torch has sm_86'),
  one('NVIDIA L4', '8.9', '550.54.15', models, 'sm_86 runs on 8.9'),
  one('NVIDIA GeForce RTX 4090', '8.9', '520.61.05', always('driver 525.60.13'), 'CUDA 12 needs 525'),
  one('NVIDIA GeForce RTX 4090', '8.9', '550.54.15', models, 'sm_86 runs on 8.9'),
  one('NVIDIA L40S', '8.9', '560.35.03', models, 'sm_86 runs on 8.9'),
  one('NVIDIA H100 80GB HBM3', '9.0', '535.129.03', models, 'every torch has sm_90'),
  one('NVIDIA H100 PCIe', '9.0', '595.10.02', models, 'every torch has sm_90'),
  one('NVIDIA H200', '9.0', '555.42.06', models, 'every torch has sm_90'),
  one('NVIDIA GH200 480GB', '9.0', '550.90.07', always('driver 580.65.06'), 'aarch64 has CUDA from torch 2.11 on, which is CUDA 13', grace),
  one('NVIDIA GH200 480GB', '9.0', '580.95.05', always('current!'), 'the older torches for aarch64 hold no CUDA', grace),
  one('NVIDIA B200', '10.0', '565.57.01', always('driver 570.26'), 'CUDA 12.8 is the first that knows sm_100'),
  one('NVIDIA B200', '10.0', '570.124.06', always('current!'), 'torch 2.1 ends at sm_90'),
  one('NVIDIA B200', '10.0', '610.57.04', always('current!'), 'torch 2.1 ends at sm_90'),
  one('NVIDIA B300 SXM6 AC', '10.3', '570.172.08', always('driver 575.51.03'), 'CUDA 12.9 is the first that knows sm_103'),
  one('NVIDIA B300 SXM6 AC', '10.3', '580.95.05', always('current!'), 'sm_100 runs on 10.3'),
  one('NVIDIA GB200', '10.0', '570.124.06', always('driver 580.65.06'), 'aarch64: CUDA 13', grace),
  one('NVIDIA GB200', '10.0', '580.95.05', always('current!'), 'aarch64, and torch 2.1 ends at sm_90', grace),
  one('NVIDIA GB10', '12.1', '580.126.09', always('current!'), 'aarch64, and sm_120 runs on 12.1', grace),
  one(card5090, '12.0', '565.77', always('driver 570.26'), 'CUDA 12.8 is the first that knows sm_120'),
  one(card5090, '12.0', '570.133.07', always('current!'), 'torch 2.1 ends at sm_90'),
  one(card5090, '12.0', '610.57.04', always('current!'), 'torch 2.1 ends at sm_90'),
  one('NVIDIA RTX PRO 6000 Blackwell Server Edition', '12.0', '575.57.08', always('current!'), 'torch 2.1 ends at sm_90'),
  one('NVIDIA GeForce RTX 4090', '8.9', '526.98', always('driver 527.41'), 'in WSL the number is that of Windows', wsl),
  one('NVIDIA GeForce RTX 4090', '8.9', '537.13', models, 'in WSL the number is that of Windows', wsl),
  one(card5090, '12.0', '566.36', always('driver 570.65'), 'in WSL the number is that of Windows', wsl),
  one(card5090, '12.0', '572.83', always('current!'), 'torch 2.1 ends at sm_90', wsl),
  one(
    'NVIDIA GeForce RTX 3080',
    undefined,
    '495.29.05',
    always('driver 525.60.13'),
    'a driver that does not tell the capability is old by itself',
  ),
  one('a card of tomorrow', undefined, '610.57.04', models, 'what is not known rules nothing out'),
  { cards: [], expected: models, because: 'no card: by the models alone' },
  { cards: [], more: grace, expected: models, because: 'no card: by the models alone' },
  {
    cards: [
      [card3090, '8.6'],
      [card5090, '12.0'],
    ],
    driver: '570.133.07',
    expected: always('current!'),
    because: 'all of the cards need code',
  },
  {
    cards: [
      ['NVIDIA GeForce GT 1030', '6.1'],
      [card3090, '8.6'],
    ],
    driver: '550.54.15',
    expected: models,
    because: 'bfloat16 leaves the card for the screen out',
  },
  {
    cards: [
      [card1080, '6.1'],
      [card3090, '8.6'],
    ],
    driver: '550.54.15',
    sets: ['training.quantization.compute_dtype=float16'],
    expected: ['as-asked', 'compat', 'current', 'current', 'current'],
    because: 'in float16 both count: where no profile loads the model on both, the one that does on one',
  },
  {
    cards: [
      [card1080, '6.1'],
      [card5090, '12.0'],
    ],
    driver: '570.133.07',
    sets: ['training.quantization.compute_dtype=float16'],
    expected: ['as-asked', 'compat', 'current', 'current', 'current'],
    because: 'no profile has code for both: the first that runs on one and loads the model',
  },
];

/** Each profile's lock is read once for each processor. */
const known = new Map<string, ReturnType<typeof profileVersions>>();
function versionsOn(arch: MachineOfChoice['arch'], profile: ProfileName) {
  const key = `${arch} ${profile}`;
  const versions = known.get(key) ?? profileVersions(context, profile, { platform: 'linux', arch });
  known.set(key, versions);
  return versions;
}

const machineOfRow = ({ cards, driver, more }: Row): MachineOfChoice => ({
  arch: 'x64',
  cards: cards.map(([name, capability], index) => ({ index, name, capability })),
  driver,
  cudaOfDriver: undefined,
  system: 'driver',
  ...more,
});

function choiceOn(row: Row, repos: readonly string[], setting: ProfileName | 'auto' = 'auto') {
  const machine = machineOfRow(row);
  const { training } = row.sets ? contextFor(project, { sets: row.sets }).settings : context.settings;
  return decide({
    setting,
    models: repos.map((repo) => ({ name: repo, repo, needs: needsOf({ repo }) })),
    machine,
    requirements: requirementsOf(training),
    versionsOf: (profile) => versionsOn(machine.arch, profile),
  });
}

for (const row of rows) {
  const { cards, driver, more, expected, because } = row;
  const what = `${cards.map(([name]) => name).join(' + ') || 'no card'}, driver ${driver ?? 'none'}${more ? ` ${JSON.stringify(more)}` : ''}`;
  test(`${what}: ${because}`, () =>
    Object.entries(repositories).forEach(([kind, repo], at) => {
      const choice = choiceOn(row, [repo]);
      const fault = choiceFault(choice, onNothing);
      const wanted = expected[at] as Expected;
      const told = `${kind}: ${choice.why}; ${fault?.found}`;
      if (wanted.startsWith('driver ')) assert.equal([fault?.code, fault?.needed], ['E_DRIVER_OLD', `${wanted} or newer`], told);
      else if (wanted.startsWith('E_')) assert.is(fault?.code, wanted, told);
      else {
        assert.equal([choice.profile, fault], [wanted.replace('!', ''), undefined], told);
        assert.is(choice.why.startsWith(`${choice.profile}: `), wanted.endsWith('!'), told);
        assert.equal(choice.unmet, [], told);
      }
      // Both numbers stand in the sentence.
      if (wanted.startsWith('driver ')) assert.ok(driver && fault?.found.includes(driver) && fault.found.includes(wanted.slice(7)), told);
    }));
}

test('there are at least forty machines, and five kinds of models', () => {
  assert.ok(rows.length >= 40, `${rows.length}`);
  assert.is(Object.keys(repositories).length, 5);
});

const on = (name: string, capability: string, driver: string, more?: Partial<MachineOfChoice>): Row =>
  one(name, capability, driver, [], '', more);

test('the line says why in the words of a person', () => {
  assert.is(
    choiceOn(on(card5090, '12.0', '570.133.07'), [repositories['Llama 3.1']]).why,
    'current: GPU 0 is an RTX 5090, sm_120, which torch 2.1.2 has no code for',
  );
  assert.is(
    choiceOn(on('NVIDIA GH200 480GB', '9.0', '580.95.05', grace), [repositories['Llama 3.1']]).why,
    'current: torch 2.1.2 has no CUDA on aarch64, where GPU 0 is a GH200 480GB, sm_90',
  );
  assert.match(
    choiceOn(on('NVIDIA A100-SXM4-80GB', '8.0', '550.54.15'), [repositories['Qwen 3']]).why,
    /^current, since compat does not load Qwen\/Qwen3-8B \(transformers 4\.45\.2, 4\.51\.0 or newer needed/,
  );
});

test('where one model loads and another would need what does not run here, the first decides and the other is told', () => {
  const choice = choiceOn(on(card1080, '6.1', '535.129.03'), [repositories['Llama 3.1'], repositories['Qwen 3']]);
  assert.equal(
    [choice.profile, choice.unmet.length, choice.better?.profile, choiceFault(choice, onNothing)],
    ['compat', 1, 'current', undefined],
  );
  assert.match(choice.better?.obstacle?.text ?? '', /GPU 0 is a GTX 1080, sm_61, which torch 2\.1\d\.\d has no code for/);
});

test('a profile that the setting forces is refused where its torch has no code for the card, and the one that has is named', () => {
  const fault = choiceFault(choiceOn(on(card5090, '12.0', '570.133.07'), [repositories['Llama 3.1']], 'compat'), onNothing);
  assert.is(fault?.code, 'E_GPU_CAPABILITY');
  assert.match(fault?.found ?? '', /^profile compat does not run on this machine: GPU 0 is an RTX 5090, sm_120/);
  assert.match(`${fault?.needed}\n${fault?.fix}`, /profile current, whose torch 2\.\d+\.\d does\n.*remote\.profile=auto` takes current/);
});

test('a profile that the setting forces is refused where its driver is older, with what runs instead', () => {
  const grown = choiceOn(on('NVIDIA GH200 480GB', '9.0', '550.90.07', grace), [repositories['Llama 3.1']], 'current');
  const fault = choiceFault(grown, onNothing);
  assert.equal([fault?.code, fault?.needed], ['E_DRIVER_OLD', 'driver 580.65.06 or newer']);
  assert.match(fault?.found ?? '', /needs driver 580\.65\.06 for it, and 550\.90\.07 is here/);
});

test('a profile that the setting forces and that runs is taken, whatever the models', () => {
  const choice = choiceOn(on(card3090, '8.6', '535.129.03'), [repositories['Qwen 3']], 'as-asked');
  assert.equal([choice.profile, choice.forced, choice.unmet.length, choiceFault(choice, onNothing)], ['as-asked', true, 1, undefined]);
});

test('no lock is read that does not decide', () => {
  const asked: ProfileName[] = [];
  const choose = (repo: string) => {
    asked.length = 0;
    decide({
      setting: 'auto',
      models: [{ name: repo, repo, needs: needsOf({ repo }) }],
      machine: machineOfRow(on(card3090, '8.6', '535.129.03')),
      requirements: requirementsOf(context.settings.training),
      versionsOf(profile) {
        asked.push(profile);
        return versionsOn('x64', profile);
      },
    });
    return [...asked];
  };
  assert.equal(choose(repositories['Mistral v0.2']), ['as-asked']);
  assert.equal(choose(repositories['Llama 3.1']), ['as-asked', 'compat']);
  assert.equal(choose(repositories['Qwen 3']), ['as-asked', 'compat', 'current']);
});

test.run();
