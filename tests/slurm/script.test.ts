import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { authorOf } from '../../tasks/common/authored-text';
import { gpusOf } from '../../tasks/slurm/job-gpus';
import { minutesOf, noticeSeconds } from '../../tasks/slurm/job-options';
import { makeAdapter } from '../checkpoints/adapters/adapter';
import { makeModel } from '../checkpoints/models/model';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { type Cluster, noSlurm, startCluster } from '../support/slurm';
import { until } from '../support/until';

const test = suite('slurm:script');

/** A project for a cluster whose training environment is a program that takes a moment for each step. */
function project(slurm: object, steps = 8, stepMs = 400): string {
  const folder = projectCopy();
  const write = (file: string, text: string, mode = 0o644) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text, { mode });
  };
  write('configs/setup.local.yaml', JSON.stringify({ remotes: { site: { host: 'login', path: '/shared/project', slurm } } }));
  // `train` alone, without the looks before it: they are about a real environment.
  write(
    'just.config.ts',
    `import { registerTasks } from './tasks';\nimport { task } from 'just-task';\nimport { defineTask } from './tasks/cli/task';\n` +
      `import { trainingStep } from './tasks/training/training-step';\nregisterTasks();\n` +
      `const options = [{ name: 'no-gpu', description: '' }, { name: 'name', value: 'name', description: '' }];\n` +
      `const only = { name: 'train', description: '', details: '', example: '', environment: 'remote' as const, options };\n` +
      `task('train', defineTask({ ...only, items: [trainingStep as never] }));\n`,
  );
  makeModel(path.join(folder, 'models', 'llama-3.1-8b'));
  write('data/processed/train.jsonl', '{"text": "cloudy"}\n');
  const adapter = path.join(temporaryFolder(), 'adapter');
  makeAdapter(adapter, { settings: { base_model_name_or_path: 'llama-3.1-8b' } });
  write('.venv-remote/bin/python', `#!/bin/sh\nexec '${process.execPath}' '${folder}/.venv-remote/training.js' "$@"\n`, 0o755);
  write('.venv-remote/training.js', trainingProgram(adapter, steps, stepMs));
  return folder;
}

/** What scripts/train.py does of checkpoints: goes on from the last whole one, writes one every third step, and one where SIGUSR2 asks for it. */
const trainingProgram = (adapter: string, steps: number, stepMs: number) => `const fs = require('fs');
const [, input, output] = process.argv.slice(-3);
const job = JSON.parse(fs.readFileSync(input, 'utf8'));
const folder = job.folder + '/checkpoints';
fs.mkdirSync(folder, { recursive: true });
fs.mkdirSync(job.logs, { recursive: true });
const whole = fs.readdirSync(folder).map((name) => Number(name.split('-')[1])).sort((a, b) => a - b);
let step = whole.at(-1) ?? 0;
fs.appendFileSync(job.logs + '/starts', step + ' ' + (process.env.SLURM_RESTART_COUNT ?? 0) + ' ' + process.env.HF_HUB_OFFLINE + '\\n');
let asked = false;
process.on('SIGUSR2', () => { asked = true; });
const save = () => {
  fs.mkdirSync(folder + '/checkpoint-' + step, { recursive: true });
  fs.writeFileSync(folder + '/checkpoint-' + step + '/whole.json', '{}');
};
const result = (value) => fs.writeFileSync(output, JSON.stringify(value));
const next = () => {
  if (step === ${steps}) {
    fs.cpSync(${JSON.stringify(adapter)}, job.folder + '/adapter', { recursive: true });
    const rows = { rows: 1, tokens: 9, cut: 0, leftOut: 0, firstCut: '' };
    result({ ok: true, device: 'cpu', precision: 'float32', rows, validation: rows, steps: step, resumedAt: null, losses: [2, 1], evaluations: [],
      secondsPerStep: 1, peakMemoryBytes: 1, adapterBytes: 1, logitsDifference: 0, samples: [], versions: {} });
    return;
  }
  step++;
  if (asked) {
    save();
    result({ ok: false, stage: 'train', error: 'Stopped: SIGUSR2 asked for the end: a checkpoint of step ' + step + ' is written' });
    process.exit(1);
  }
  if (step % 3 === 0) save();
  setTimeout(next, ${stepMs});
};
next();
`;

const scriptOf = (folder: string) => path.join(folder, 'configs/train.sbatch');
const read = (file: string) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
const starts = (folder: string) => read(path.join(folder, 'logs/first/starts')).trim().split('\n');

test('minutes of a time, and when a job is told of its end', () => {
  for (const [time, minutes] of [
    ['90', 90],
    [90, 90],
    ['30:00', 30],
    ['0:10', 1],
    ['4:00:00', 240],
    ['1-0', 1440],
    ['2-12:30', 3630],
    ['1-00:00:30', 1441],
    ['0', undefined],
    [0, undefined],
    ['0:00', undefined],
    ['UNLIMITED', undefined],
  ] as const)
    assert.is(minutesOf(time), minutes, String(time));
  assert.equal(['1:00', '8:00', '4:00:00', 90, 'INFINITE'].map(noticeSeconds), [60, 120, 300, 300, undefined]);
});

test('is written from the settings, is done then, and follows them; what a person changed is left alone', async () => {
  const folder = project({ partition: 'gpu', account: 'lab', time: '2:00:00', extra: ['--qos=normal'] });
  const look = async (...args: string[]) => (await runJust(folder, ['slurm:script', ...args])).exitCode;
  assert.is(await look('--check'), 3);
  const { exitCode, stdout, stderr } = await runJust(folder, ['slurm:script']);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, 'next: `sbatch configs/train.sbatch`');
  const text = read(scriptOf(folder));
  for (const line of [
    '--partition=gpu',
    '--account=lab',
    '--gres=gpu:1',
    '--time=2:00:00',
    '--qos=normal',
    '--requeue',
    '--signal=B:USR2@300',
  ])
    assert.match(text, `\n#SBATCH ${line}\n`);
  assert.match(text, /\n# llama-3\.1-8b needs [\d.]+ MB of GPU memory/);
  assert.is(await look('--check'), 0);
  assert.is(await look('--check', '--set=remotes.site.slurm.time=1:00:00'), 3);
  fs.appendFileSync(scriptOf(folder), 'echo mine\n');
  const changed = await runJust(folder, ['slurm:script']);
  assert.is(changed.exitCode, 1);
  assert.match(changed.stderr, 'E_OUTPUT_TAKEN');
  assert.is(await look('--force=script'), 0);
  assert.match(read(`${scriptOf(folder)}.kept`), /echo mine\n$/);
  assert.is(read(scriptOf(folder)), text);
  assert.is(authorOf(text), 'ours');
  // A second edit has a place of its own, and so have a folder and a link that leads nowhere.
  fs.appendFileSync(scriptOf(folder), 'echo again\n');
  assert.is(await look('--force=script'), 0);
  fs.rmSync(scriptOf(folder));
  fs.mkdirSync(scriptOf(folder));
  const inTheWay = await runJust(folder, ['slurm:script']);
  assert.match(inTheWay.stderr, /`configs\/train\.sbatch` is a folder.*E_OUTPUT_TAKEN/);
  assert.match(inTheWay.stderr, 'keeps it as `configs/train.sbatch.kept-3`');
  assert.is(await look('--force=script'), 0);
  fs.rmSync(scriptOf(folder));
  fs.symlinkSync('nowhere', scriptOf(folder));
  assert.match((await runJust(folder, ['slurm:script'])).stderr, /is a link that leads nowhere.*E_OUTPUT_TAKEN/);
  assert.is(await look('--force=script'), 0);
  assert.match(read(`${scriptOf(folder)}.kept`), /echo mine\n$/);
  assert.match(read(`${scriptOf(folder)}.kept-2`), /echo again\n$/);
  assert.ok(fs.statSync(`${scriptOf(folder)}.kept-3`).isDirectory());
  assert.is(fs.readlinkSync(`${scriptOf(folder)}.kept-4`), 'nowhere');
  assert.is(read(scriptOf(folder)), text);
});

test('a GPU for each process of the training, by the settings of the machine that trains', async () => {
  const folder = project({ partition: 'gpu' });
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  };
  const script = async (...args: string[]) => {
    const ran = await runJust(folder, ['slurm:script', ...args]);
    assert.is(ran.exitCode, 0, ran.stderr);
    return read(scriptOf(folder));
  };
  write('configs/training_config.remote.yaml', 'processes: 2\n');
  const two = await script();
  assert.match(two, /\n#SBATCH --gres=gpu:2\n/);
  assert.match(two, /of GPU memory on each of 2 GPUs, one for each process, by/);
  assert.not.match(two, 'JUST_LORA_');
  // What `--on` makes of these files is the machine's own.
  write('configs/remotes/site.training_config.yaml', 'processes: 3\n');
  write('configs/remotes/site.yaml', 'remote: { path: /scratch/env, engine: venv }\n');
  const three = await script();
  assert.match(three, /\n#SBATCH --gres=gpu:3\n/);
  assert.match(three, '\nprefix=/scratch/env\n');
  const given = await script('--set=training.processes=4', '--set=data.gate=block');
  assert.match(given, /\n#SBATCH --gres=gpu:4\n/);
  assert.match(given, '\nexport JUST_LORA_TRAINING__PROCESSES=4\n');
  assert.match(given, /\nexport JUST_LORA_DATA__GATE=block\n/);
  execFileSync('bash', ['-n', scriptOf(folder)]);
  const all = await script('--set=training.processes=0');
  assert.match(all, /\n#SBATCH --gres=gpu:1\n/);
  assert.match(all, '\n# `training.processes` is 0: one GPU is asked for');
});

test('a gres with fewer GPUs than processes is refused with both places', async () => {
  const folder = project({ partition: 'gpu', gres: 'gpu:a100:1' });
  assert.is((await runJust(folder, ['slurm:script'])).exitCode, 0);
  fs.writeFileSync(path.join(folder, 'configs/training_config.remote.yaml'), 'processes: 2\n');
  const { exitCode, stderr } = await runJust(folder, ['slurm:script']);
  assert.is(exitCode, 1);
  assert.match(stderr, /`training\.processes` is 2 \(configs\/training_config\.remote\.yaml:1\)/);
  assert.match(stderr, /`gpu:a100:1` \(configs\/setup\.local\.yaml:1\): 1 GPU for a job.*E_PROCESSES/);
  const counts = ['gpu', 'gpu:2', 'gpu:a100', 'gpu:a100:4', 'gpu:a100:1,gpu:v100:2', 'gpu:2(IDX:0,1)', 'shard:3', 'gpu:0'];
  assert.equal(counts.map(gpusOf), [1, 2, 1, 4, 3, 2, undefined, 0]);
});

test('settings that cannot be are refused with their place', async () => {
  const folder = project({ partition: 'gpu' });
  for (const [set, says] of [
    ['partition=a b', 'expected a name of a partition'],
    ['gres=gpu:a100:1(S:0-1)', 'without "(S:0-1)" and "gres/"'],
    ['gres=gpu=1', 'expected resources such as'],
    ['gres=gres/gpu:1', 'expected resources such as'],
    ['time=soon', 'expected a time of Slurm such as "4:00:00"'],
    ['time=-5', 'expected'],
    ['extra=[--label]', 'just-lora sets that option itself'],
    ['extra=["--qos=$(id)"]', 'expected an option such as "--qos=normal"'],
    ['extra=[--time=1:00]', 'just-lora sets that option itself'],
    ['extra=[--gpus=2]', 'how many GPUs a job has is said in `gres`'],
    ['extra=[--gpus-per-node=a100:2]', 'how many GPUs a job has is said in `gres`'],
    ['extra=[--gpus-per-task=1]', 'how many GPUs a job has is said in `gres`'],
  ] as const) {
    const { exitCode, stderr } = await runJust(folder, ['slurm:script', `--set=remotes.site.slurm.${set}`]);
    assert.equal([exitCode, stderr.includes(says)], [2, true], stderr);
  }
  const none = await runJust(folder, ['slurm:script', '--set=remotes.site.slurm=null']);
  assert.is(none.exitCode, 2);
  assert.match(none.stderr, 'no remote has `slurm`');
});

test('options that srun alone has are refused, and times of each form stand in the script', async () => {
  const folder = project({ partition: 'gpu' });
  const look = (...sets: string[]) => runJust(folder, ['slurm:script', ...sets.map((set) => `--set=remotes.site.slurm.${set}`)]);
  for (const option of ['--overlap', '--immediate=10', '--cpu-bind=cores', '--mpi=none', '--kill-on-bad-exit', '--unbuffered']) {
    const { exitCode, stderr } = await look(`extra=["--qos=normal", "${option}"]`);
    assert.is(exitCode, 1, option);
    assert.match(stderr, 'E_SLURM_OPTION');
    assert.match(stderr, `has \`${option}\`: options of srun, which \`sbatch\` refuses`);
  }
  for (const [time, line] of [
    ['90', '90'],
    ['UNLIMITED', 'UNLIMITED'],
    ['0', '0'],
  ] as const) {
    const { exitCode, stdout, stderr } = await look(`time=${time}`);
    assert.is(exitCode, 0, stderr);
    assert.match(read(scriptOf(folder)), `\n#SBATCH --time=${line}\n`);
    assert.is(read(scriptOf(folder)).includes('--signal='), time === '90', stdout);
  }
  assert.match((await look('time=0')).stdout, 'without a time limit');
  assert.is((await look('extra=["--nodelist=gpu01"]')).exitCode, 0);
});

if (noSlurm) skip(test, 'the script in a cluster', noSlurm);
else {
  let cluster: Cluster;
  test.before(async () => {
    cluster = await startCluster();
  });
  test.after(() => cluster.end());

  const submitted = async (folder: string, ...args: string[]) => {
    await runJust(folder, ['slurm:script']);
    const env = { ...process.env, ...cluster.env };
    const sbatch = (...more: string[]) => execFileSync('sbatch', more, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' }).trim();
    sbatch('--test-only', 'configs/train.sbatch');
    return sbatch('--parsable', ...args, 'configs/train.sbatch', '--no-gpu');
  };
  const logOf = (folder: string, job: string) => read(path.join(folder, `slurm-train-${job}.log`));

  test('a job that is killed and requeued goes on from its checkpoint; one whose time is over writes one first, and comes again', async () => {
    const elsewhere = project({ time: '10:00' }, 2, 100);
    await runJust(elsewhere, ['slurm:script']);
    const options = ['--parsable', '-D', elsewhere, path.join(elsewhere, 'configs/train.sbatch'), '--no-gpu'];
    const far = execFileSync('sbatch', options, { cwd: '/', env: { ...process.env, ...cluster.env }, encoding: 'utf8' }).trim();
    await cluster.until(far, ['COMPLETED']);
    const [killed, long] = [project({ time: '10:00' }, 60, 200), project({ time: '10:00' }, 1000, 200)];
    const jobs = await Promise.all([submitted(killed), submitted(long)]);
    const [first = '', second = ''] = jobs;
    const firstLog = () => logOf(killed, first) + cluster.run('scontrol', 'show', 'job', first).text;
    // Not the whole project: on a busy machine that takes longer than the training.
    const work = path.join(killed, '.just-lora', 'training');
    const made = () => (fs.existsSync(work) ? fs.readdirSync(work, { recursive: true, encoding: 'utf8' }) : []);
    await until(() => /checkpoint-6/.test(made().join('\n')), firstLog);
    assert.is(cluster.run('scontrol', 'requeue', first).exitCode, 0);
    await cluster.until(first, ['COMPLETED']);
    assert.equal(starts(killed)[0], '0 0 1');
    // 0 where it began anew; a step that was no multiple of 3 was never whole.
    const [resumed = 0, restarts, offline] = (starts(killed)[1] ?? '').split(' ').map(Number);
    assert.ok(resumed >= 6 && resumed % 3 === 0 && restarts === 1 && offline === 1, `${starts(killed).join('; ')}\n${firstLog()}`);
    assert.ok(fs.existsSync(path.join(killed, 'adapters/first/adapter_config.json')), firstLog());
    // What Slurm does shortly before the limit, by the word of `--signal=B:`.
    assert.is(cluster.run('scancel', '--signal=USR2', '--batch', second).exitCode, 0);
    await until(
      () => starts(long).length > 1,
      () => logOf(long, second),
    );
    const [from] = (starts(long)[1] ?? '').split(' ');
    assert.ok(Number(from) > 0);
    assert.match(logOf(long, second), 'E_TRAIN_STOPPED');
    cluster.run('scancel', second);
  });
}

test.run();
