import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../../tasks/engine/context';
import { chooseProfile } from '../../../tasks/environments/profile/choose';
import { lookAtGpu } from '../../../tasks/gpu/look';
import { projectCopy, runJust } from '../../support/project';
import { type ContextOptions, contextFor, machineOfTranscript } from '../../support/transcript';

const test = suite('the profile of the machine that it runs on');
const project = projectCopy();
const contextOn = (transcript: string, { env, ...more }: ContextOptions = {}): Context => {
  const machine = machineOfTranscript(transcript);
  return contextFor(project, { root: machine.root, env: { ...machine.env, ...env }, ...more });
};

const rows: readonly [transcript: string, options: ContextOptions, profile: string, why: RegExp][] = [
  ['cpu-only', {}, 'compat', /^compat, since as-asked does not load llama-3\.1-8b/],
  ['a100-80gb', {}, 'compat', /^compat, since as-asked/],
  ['rtx-5090', {}, 'current', /^current: GPU 0 is an RTX 5090, sm_120, which torch 2\.1\.2 has no code for$/],
  ['b200', {}, 'current', /^current: GPU 0 is a B200, sm_100, which torch 2\.1\.2 has no code for$/],
  ['gb10', { arch: 'arm64' }, 'current', /^current: torch 2\.1\.2 has no CUDA on aarch64, where GPU 0 is a GB10, sm_121$/],
  // The driver does not answer: whatever is chosen, its own step tells that.
  ['mismatch', {}, 'compat', /^compat, since as-asked/],
  ['mixed', { env: { CUDA_VISIBLE_DEVICES: '1' } }, 'compat', /^compat, since as-asked/],
  ['rtx-5090', { env: { CUDA_VISIBLE_DEVICES: '' } }, 'compat', /^compat, since as-asked/],
  ['rtx-5090', { sets: ['remote.profile=as-asked'] }, 'as-asked', /^as-asked, as `remote\.profile` says$/],
];
for (const [transcript, options, profile, why] of rows)
  test([transcript, ...Object.values(options).map((one) => JSON.stringify(one))].join(' '), async () => {
    const choice = await chooseProfile(contextOn(transcript, options));
    assert.is(choice.profile, profile);
    assert.match(choice.why, why);
  });

test('the choice reads no file twice and asks the driver once, whoever asks for it', async () => {
  const folder = path.join(project, 'models', 'llama-3.1-8b');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'config.json'), '{"model_type": "llama", "rope_scaling": {"rope_type": "llama3"}}');
  fs.writeFileSync(path.join(folder, 'tokenizer.json'), '{"model": {"merges": ["a b"]}}');
  const context = contextOn('rtx-5090');
  const { files, processes } = context.host;
  const [opened, asked] = [new Map<string, number>(), [] as string[]];
  const counting = <Of extends (file: string, ...more: never[]) => unknown>(read: Of) =>
    ((file: string, ...more: never[]) => {
      opened.set(file, (opened.get(file) ?? 0) + 1);
      return read(file, ...more);
    }) as Of;
  const host = {
    ...context.host,
    files: { ...files, readText: counting(files.readText), readJson: counting(files.readJson), readBytes: counting(files.readBytes) },
    processes: {
      ...processes,
      ask: (command: string, args: readonly string[], options: never) => {
        asked.push(args.join(' '));
        return processes.ask(command, args, options);
      },
    },
  } as Context['host'];
  const counted = { ...context, host };
  await Promise.all([chooseProfile(counted), chooseProfile(counted)]);
  const before = [...opened].filter(([file]) => !file.startsWith(path.join(host.systemRoot, 'usr')));
  assert.equal(
    before.filter(([, count]) => count > 1),
    [],
  );
  for (const file of ['environment-remote.lock', 'environment-remote.current.lock', 'models/llama-3.1-8b/config.json'])
    assert.is(opened.get(path.join(project, file)), 1, file);
  // The first look of a set-up at the GPU is the same one.
  await lookAtGpu(counted, 'driver');
  assert.is(asked.filter((text) => text.includes('driver_version')).length, 1, asked.join('\n'));
  fs.rmSync(folder, { recursive: true });
});

const nodeOn = (transcript: string) => {
  const { env } = machineOfTranscript(transcript);
  return {
    ...env,
    HOME: project,
    CONDA_EXE: undefined,
    MAMBA_EXE: undefined,
  };
};

test('a profile whose torch has no code for the card is refused before anything is fetched', async () => {
  const { exitCode, stdout } = await runJust(project, ['conda', '--json', '--set', 'remote.profile=compat'], nodeOn('rtx-5090'));
  const [profile, environment] = JSON.parse(stdout).steps;
  assert.equal([exitCode, profile.state, profile.code, environment.state], [1, 'blocked', 'E_GPU_CAPABILITY', 'skipped']);
  assert.match(profile.found, /GPU 0 is an RTX 5090, sm_120, which torch 2\.1\.2 has no code for/);
  assert.not(fs.existsSync(path.join(project, '.venv-remote')));
});

test('a machine that goes on without a GPU is told, and takes what the setting says', async () => {
  const args = ['setup:remote', '--plan', '--no-gpu', '--json', '--set', 'remote.profile=compat'];
  const { stdout } = await runJust(project, args, nodeOn('rtx-5090'));
  const profile = JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'profile');
  assert.equal([profile.state, profile.profile], ['done', 'compat']);
  assert.match(profile.warning, /profile compat does not run on this machine: GPU 0 is an RTX 5090/);
});

test('what a machine with a named card would get is said on any other one', async () => {
  const b200 = await runJust(project, ['setup:remote', '--plan', '--for=b200'], nodeOn('cpu-only'));
  assert.is(b200.exitCode, 0, b200.stderr);
  assert.match(
    b200.stdout,
    /profile — on x86_64 with a B200, sm_100: current: it is a B200, sm_100, which torch 2\.1\.2 has no code for; .*needs driver 570\.26 or newer/,
  );
  const gh200 = await runJust(project, ['conda', '--for=GH200', '--json'], nodeOn('cpu-only'));
  const { steps } = JSON.parse(gh200.stdout);
  assert.equal([gh200.exitCode, steps.length, steps[0].profile, steps[0].driverNeeded], [0, 1, 'current', '580.65.06']);
  assert.equal(steps[0].machine, { processor: 'aarch64', cards: [{ name: 'GH200', capability: '9.0' }], driver: null });
  const unknown = await runJust(project, ['conda', '--for=b2000'], nodeOn('cpu-only'));
  assert.is(unknown.exitCode, 2);
  assert.match(unknown.stderr + unknown.stdout, /`--for=b2000` names no card that is known[\s\S]*did you mean `--for=b200`\?/);
});

test.run();
