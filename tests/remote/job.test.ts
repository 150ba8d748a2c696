import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageSources } from '../support/package-sources';
import { pythonWith } from '../support/python';
import { skip } from '../support/skip';
import { type Cluster, noSlurm, startCluster } from '../support/slurm';
import { noSshd } from '../support/sshd';
import { type Pair, pair } from '../support/sync';

/** From the laptop to an adapter that a job of a cluster has trained, with real libraries: a tiny Llama on the processor. */
const test = suite('train in a job');
const settings = ['batch_size=2', 'gradient_accumulation_steps=1', 'save_steps=2', 'epochs=1', 'max_seq_length=64'];
const options = ['--no-gpu', '--model=mini/llama', ...settings.flatMap((each) => ['--set', `training.arguments.${each}`])];
const row = (number: number) => ({
  messages: [
    { role: 'user', content: `what will the weather be like ${number}` },
    { role: 'assistant', content: ['cloudy', 'rain', 'a light wind', 'noon'][number % 4] },
  ],
});

const missing = noSlurm ?? noSshd;
if (missing) skip(test, 'train in a job', missing);
else {
  let cluster: Cluster;
  let machine: Pair;
  test.before(async () => {
    cluster = await startCluster({ nodes: 2 });
    const uv = path.dirname(pythonWith('uv'));
    machine = await pair({
      path: `${uv}:${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      env: { ...cluster.env, ...packageSources() },
    });
    machine.configure({ slurm: { partition: 'main', time: '20:00' } });
    fs.mkdirSync(path.join(machine.project, 'configs/remotes'), { recursive: true });
    fs.writeFileSync(
      path.join(machine.project, 'configs/remotes/gpu.yaml'),
      'remote: { profile: compat, engine: venv }\nstorage: { error_gb: 1, warn_gb: 1 }\n',
    );
  });
  test.after(() => cluster.end());

  test('the environment is made on the login node, each node proves itself, a job trains on rows that were pushed, and the adapter comes back', async () => {
    const made = await machine.run('env:remote', '--on=gpu');
    assert.is(made.exitCode, 0, made.stdout + made.stderr);
    execFileSync(path.join(machine.there, '.venv-remote/bin/python'), [
      path.join(__dirname, 'tiny-models.py'),
      path.join(machine.there, 'models'),
    ]);
    const data = path.join(machine.project, 'data/processed');
    fs.mkdirSync(data, { recursive: true });
    for (const [name, from, to] of [
      ['train', 0, 12],
      ['valid', 100, 103],
    ] as const)
      fs.writeFileSync(
        path.join(data, `${name}.jsonl`),
        Array.from({ length: to - from }, (_, at) => `${JSON.stringify(row(from + at))}\n`).join(''),
      );
    const pushed = await machine.run('sync:push');
    assert.is(pushed.exitCode, 0, pushed.stdout + pushed.stderr);
    const trained = await machine.run('train', '--on=gpu', ...options);
    assert.is(trained.exitCode, 0, trained.stdout + trained.stderr);
    assert.match(trained.stderr, /job \d+ runs on n[12]/);
    const again = await machine.json('train', '--on=gpu', ...options);
    assert.is(again.machines[0].report.outcome, 'unchanged', JSON.stringify(again));
    const proven = await machine.run('validate', '--env=remote', '--train', '--on=gpu', '--nodes=all', '--no-gpu');
    assert.is(proven.exitCode, 0, proven.stdout + proven.stderr);
    assert.match(proven.stdout, /^n1 +ok .*\nn2 +ok /m);
    const pulled = await machine.run('sync:pull');
    assert.is(pulled.exitCode, 0, pulled.stdout + pulled.stderr);
    const file = 'adapters/first/adapter_model.safetensors';
    assert.equal(fs.readFileSync(path.join(machine.project, file)), fs.readFileSync(path.join(machine.there, file)));
  });
}

test.run();
