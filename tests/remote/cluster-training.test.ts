import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../support/skip';
import { type Cluster, noSlurm, startCluster } from '../support/slurm';
import { noSshd } from '../support/sshd';
import { type Pair, pair } from '../support/sync';
import { trainingProject } from '../support/training';
import { until } from '../support/until';

/** `train --on` a cluster with real libraries and a real Slurm: the time of a job is over before the training is. */
const test = suite('train with transformers in a job');
const missing = noSlurm ?? noSshd;
if (missing) skip(test, 'a training in a job', missing);
else {
  const training = trainingProject('compat');
  const { project } = training;
  let cluster: Cluster;
  let laptop: Pair;
  const settings = ['batch_size=2', 'save_steps=100000', 'epochs=5000', 'gradient_accumulation_steps=1', 'max_seq_length=64'];
  const args = [
    'train',
    '--on=gpu',
    '--no-gpu',
    '--model=mini/llama',
    ...settings.flatMap((each) => ['--set', `training.arguments.${each}`]),
  ];

  test.before(async () => {
    const { exitCode, stderr } = await training.run('setup:remote', '--no-gpu');
    assert.is(exitCode, 0, stderr);
    execFileSync(training.python, [path.join(__dirname, 'tiny-models.py'), path.join(project, 'models')], { stdio: 'pipe' });
    fs.mkdirSync(path.join(project, 'data/processed'), { recursive: true });
    const row = { messages: ['user', 'assistant'].map((role) => ({ role, content: 'cloudy, a light wind' })) };
    fs.writeFileSync(path.join(project, 'data/processed/train.jsonl'), `${JSON.stringify(row)}\n`.repeat(64));
    cluster = await startCluster({ nodes: 1 });
    laptop = await pair({ env: cluster.env });
  });
  test.after(() => cluster.end());

  const losses = () => {
    const file = path.join(project, 'logs/first/train.jsonl');
    if (!fs.existsSync(file)) return [];
    const events = fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    return events.filter(({ loss }) => loss !== undefined).map(({ step }) => Number(step));
  };

  test('Slurm tells it before the time is over: it writes a checkpoint, says so, and the same command goes on from there', async () => {
    laptop.configure({ path: project, slurm: { partition: 'main', time: '2:00' } });
    const first = await laptop.run(...args);
    assert.is(first.exitCode, 1, first.stdout + first.stderr);
    assert.match(first.stderr, 'E_TRAIN_STOPPED', first.stdout + first.stderr);
    const last = losses().at(-1) ?? 0;
    assert.ok(last > 0);
    const { ended } = laptop.start(...args);
    await until(
      () => (losses().at(-1) ?? 0) > last,
      () => cluster.run('squeue').text,
      100,
    );
    cluster.run('scancel', '--signal=USR2', '--name', cluster.run('squeue', '--noheader', '--format=%j').text);
    const second = await ended;
    assert.match(second.stderr, 'E_TRAIN_STOPPED', second.stdout + second.stderr);
    const steps = losses();
    assert.equal(
      steps,
      [...new Set(steps)].sort((one, other) => one - other),
      'no step twice: each run went on where the last one had ended',
    );
  });
}

test.run();
