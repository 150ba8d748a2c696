import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandThere } from '../../tasks/machines/in-job';
import type { Machine, Runtime } from '../../tasks/machines/machine';
import { endedByState, hasEndedState, jobFault } from '../../tasks/slurm/job-faults';
import { runsInJob, tasksBefore } from '../../tasks/slurm/needs-gpu';
import { parseQueue, waitText } from '../../tasks/slurm/queue';
import { contextWith } from '../support/context';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { type Cluster, noSlurm, startCluster } from '../support/slurm';
import { noSshd } from '../support/sshd';
import { type Pair, pair } from '../support/sync';
import { until } from '../support/until';

const test = suite('--on a cluster');

test('which tasks a compute node is for, and what the login node does before', () => {
  assert.equal(
    [
      ['gpu', []],
      ['gpu', ['--estimate']],
      ['validate', ['--env=remote', '--train']],
      ['validate', ['--env=local']],
      ['model:verify', []],
      ['model:verify', ['--load']],
      ['model:download', []],
      ['train:merge', []],
    ].map(([task, args]) => runsInJob(task as string, args as string[])),
    [true, false, true, false, false, true, false, true],
  );
  assert.equal(tasksBefore('setup:remote', ['--models', '--set=a=b']), [
    { task: 'env:remote', args: ['--set=a=b'] },
    { task: 'model:download', args: ['--set=a=b'] },
  ]);
  assert.equal(tasksBefore('setup:remote', ['--plan']), []);
});

test('a job asks for a GPU for each process of the training, where the task trains', () => {
  const slurm = { partition: 'gpu', account: null, gres: null, time: '1:00:00', extra: [] };
  const context = contextWith({});
  fs.writeFileSync(path.join(context.root, 'configs/training_config.remote.yaml'), 'processes: 2\n');
  const machine = { remote: { name: 'site', slurm } } as unknown as Machine;
  const runtime = { node: 'node', app: '/app', project: '/project' } as Runtime;
  const gresOf = (task: string, ...args: string[]): string | undefined => {
    const command = commandThere(context, machine, runtime, { task, args, just: ['just', task, ...args] });
    return command[0] === 'node' ? JSON.parse(command[2] ?? '').options.find((option: string) => option.startsWith('--gres')) : undefined;
  };
  assert.equal(
    [gresOf('train'), gresOf('validate', '--train'), gresOf('validate', '--nodes=2'), gresOf('train:merge'), gresOf('storage')],
    ['--gres=gpu:2', '--gres=gpu:2', '--gres=gpu:2', '--gres=gpu:1', undefined],
  );
});

test('a node may be named for a job, and `--nodes` names it itself', () => {
  const slurm = { partition: 'gpu', account: null, gres: null, time: 90, extra: ['--nodelist=gpu01', '--qos=normal'] };
  const machine = { remote: { name: 'site', slurm } } as unknown as Machine;
  const runtime = { node: 'node', app: '/app', project: '/project' } as Runtime;
  const options = (task: string, ...args: string[]): string[] =>
    JSON.parse(commandThere(contextWith({}), machine, runtime, { task, args, just: ['just', task, ...args] })[2] ?? '').options;
  assert.ok(options('train').includes('--nodelist=gpu01'));
  assert.equal(options('validate', '--nodes=all'), ['--partition=gpu', '--gres=gpu:1', '--time=90', '--qos=normal']);
});

test('what Slurm says has a code and a cure each', () => {
  const codes: [said: string, code: string][] = [
    ['srun: error: Unable to allocate resources: Invalid account or account/partition combination specified', 'E_SLURM_ACCOUNT'],
    ["srun: error: Unable to allocate resources: User's group not permitted to use this partition", 'E_SLURM_ACCOUNT'],
    ['srun: error: Unable to allocate resources: Invalid qos specification', 'E_SLURM_QOS'],
    [
      "srun: error: Unable to allocate resources: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
      'E_SLURM_QOS',
    ],
    ['srun: error: Unable to allocate resources: Requested time limit is invalid (missing or exceeds some limit)', 'E_SLURM_RESOURCES'],
    ['srun: error: Unable to allocate resources: Unable to contact slurm controller (connect failure)', 'E_SLURM_DOWN'],
    ['slurmstepd: error: *** STEP 7.0 ON n1 CANCELLED AT 2026-11-29T04:00:00 DUE TO TIME LIMIT ***', 'E_SLURM_TIME'],
    ['srun: error: Node failure on n2', 'E_SLURM_NODE'],
    ['slurmstepd: error: Detected 1 oom-kill event(s) in StepId=7.0. Some of your processes may have been killed', 'E_SLURM_MEMORY'],
    ['slurmstepd: error: *** STEP 7.0 ON n1 CANCELLED AT 2026-11-29T04:00:00 DUE TO PREEMPTION ***', 'E_SLURM_ENDED'],
    ['', 'E_SLURM_ENDED'],
  ];
  for (const [said, code] of codes) {
    const fault = jobFault(said, 1);
    assert.is(fault.code, code, said);
    assert.ok(fault.fix);
  }
});

test('how a job ended is known to the controller too, where srun had no time to say it', () => {
  const shown = (state: string) => `JobId=7 JobName=x\n   JobState=${state} Reason=None Dependency=(null)\n`;
  const codeOf = (state: string) => endedByState(shown(state), 'srun: error: n1: task 0: Terminated\n')?.code;
  assert.equal(['NODE_FAIL', 'TIMEOUT', 'OUT_OF_MEMORY', 'PREEMPTED', 'CANCELLED', 'COMPLETING', 'FAILED'].map(codeOf), [
    'E_SLURM_NODE',
    'E_SLURM_TIME',
    'E_SLURM_MEMORY',
    'E_SLURM_ENDED',
    'E_SLURM_ENDED',
    undefined,
    undefined,
  ]);
  assert.is(endedByState('', ''), undefined);
  // What is said at once after the end may still be what was before it.
  assert.equal(['NODE_FAIL', 'FAILED', 'COMPLETED', 'RUNNING', 'COMPLETING'].map(shown).map(hasEndedState), [
    true,
    true,
    true,
    false,
    false,
  ]);
  assert.is(hasEndedState(''), false);
});

/** What the program for a job tells where the programs of Slurm are those of a folder. */
const endOf = (folder: string): string[] =>
  jobEvents({ PATH: `${folder}:/usr/bin:/bin` }).map(({ event, fault, code }) => [event, fault?.code ?? code ?? []].flat().join(' '));

test('a task that was told to end by Slurm says who it was', () => {
  const folder = temporaryFolder();
  // In the place of srun: the task ends as by Ctrl-C, since its time is over.
  const script = `#!/bin/sh
echo 'just-lora-job 7 n1'
echo '{"event":"error","text":"interrupted"}'
echo '{"event":"exit","code":143}'
echo 'slurmstepd: error: *** STEP 7.0 ON n1 CANCELLED AT 2026-11-29T04:00:00 DUE TO TIME LIMIT ***' >&2
exit 143
`;
  fs.writeFileSync(path.join(folder, 'srun'), script, { mode: 0o755 });
  assert.equal(endOf(folder), ['note', 'error E_SLURM_TIME', 'exit 1']);
});

test('a node that failed is told though srun ends well, and the controller hears of it later', () => {
  const folder = temporaryFolder();
  const program = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  program('srun', `echo 'just-lora-job 7 n1'; echo '{"event":"exit","code":143}'`);
  program('scontrol', `[ -e "$0.asked" ] && echo 'JobId=7 JobState=NODE_FAIL' || echo 'JobId=7 JobState=RUNNING'; touch "$0.asked"`);
  assert.equal(endOf(folder), ['note', 'error E_SLURM_NODE', 'exit 1']);
});

test('a line of the queue, and why a job waits', () => {
  const [job] = parseQueue('slurm_load_jobs: hm\n42|PENDING|||ReqNodeNotAvail, UnavailableNodes:n1\n');
  assert.is(job && waitText(job), 'job 42 waits: PENDING (ReqNodeNotAvail, UnavailableNodes:n1), the node is down, drained or reserved');
  assert.equal(parseQueue('7|RUNNING|n[1-2]||None')[0]?.nodes, 'n[1-2]');
  assert.is(parseQueue('7|PENDING||n3|Priority')[0]?.wants, 'n3');
});

/** What the program for a job tells, started without a cluster. */
// biome-ignore lint/suspicious/noExplicitAny: events are read as they are
function jobEvents(env: Record<string, string>, folder = '/'): any[] {
  const file = path.join(temporaryFolder(), 'events');
  const program = path.join(repository, 'tasks/machines/there/job.ts');
  const order = JSON.stringify({ options: [], name: 'x', folder, command: ['/bin/true'] });
  spawnSync(process.execPath, ['-r', path.join(repository, 'tools/ts-node/register'), program, order], {
    env: { ...env, JUST_LORA_EVENTS: file },
  });
  return fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('a node that does not have the folder of the project is told', () => {
  const bin = temporaryFolder();
  // In the place of srun: runs what stands behind the options.
  fs.writeFileSync(path.join(bin, 'srun'), `#!/bin/sh\nwhile case "$1" in --*) true ;; *) false ;; esac; do shift; done\nexec "$@"\n`, {
    mode: 0o755,
  });
  const [error] = jobEvents({ PATH: `${bin}:/usr/bin:/bin` }, '/nowhere/project');
  assert.is(error.fault.code, 'E_SLURM_SHARED');
});

test('without srun it is said so', () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'bash'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const [error, exit] = jobEvents({ PATH: folder });
  assert.equal([error.fault.code, exit.code], ['E_SLURM_MISSING', 1]);
});

const missing = noSlurm ?? noSshd;
if (missing) skip(test, 'jobs in a cluster', missing);
else {
  let cluster: Cluster;
  let machine: Pair;
  const bin = temporaryFolder('jl-bin');
  test.before(async () => {
    cluster = await startCluster({ nodes: 2, more: ['PartitionName=closed Nodes=n1,n2 AllowAccounts=lab State=UP'] });
    // What a profile may set, and no task of ours may obey.
    const profile = { SLURM_EXPORT_ENV: 'NONE', SRUN_EXPORT_ENV: 'NONE', SLURM_LABELIO: '1', SLURM_STDOUTMODE: '/dev/null' };
    const stale = { SLURM_JOB_ID: '77', SLURM_GPUS: '2', SRUN_CPUS_PER_TASK: '8', SINFO_PARTITION: 'none', SQUEUE_PARTITION: 'none' };
    // A card whose driver takes its time to answer.
    fs.writeFileSync(path.join(bin, 'nvidia-smi'), '#!/bin/sh\n[ -e "$0.slow" ] && sleep 30\nexit 9\n', { mode: 0o755 });
    machine = await pair({
      path: `${bin}:/usr/local/bin:/usr/bin:/bin`,
      env: { ...cluster.env, ...profile, ...stale, SCANCEL_PARTITION: 'none' },
    });
    machine.configure({ slurm: { partition: 'main', time: '5:00' } });
  });
  test.after(() => cluster.end());
  const jobs = () => cluster.run('squeue', '--noheader', '--format=%i %j %T').text;

  test('what needs a GPU runs on a node and is shown as ever, what needs none on the login node', async () => {
    const made = await machine.run('mkdirs', '--on=gpu');
    assert.is(made.exitCode, 0, made.stderr);
    assert.not.match(made.stderr, /job \d+/);
    const { exitCode, stderr, stdout } = await machine.run('gpu', '--on=gpu');
    assert.match(stderr, /job \d+ runs on n[12], after .* in the queue/);
    assert.is(exitCode, 1, stdout + stderr);
    assert.match(stdout, /✖ gpu — .*\(E_(GPU|DRIVER)_\w+\)/);
  });

  test('setup:remote makes the environment on the login node before it asks for a job', async () => {
    const { exitCode, stderr } = await machine.run('setup:remote', '--on=gpu', '--set=remote.engine=conda');
    assert.is(exitCode, 1);
    assert.match(stderr, 'E_CONDA_NOT_FOUND');
    assert.not.match(stderr, /job \d+/);
  });

  test('what Slurm refuses is told by its name', async () => {
    for (const [slurm, code] of [
      [{ partition: 'nowhere' }, 'E_SLURM_PARTITION'],
      // It is queued, and would wait for ever.
      [{ partition: 'closed', account: 'other' }, 'E_SLURM_ACCOUNT'],
      [{ gres: 'gpu:9' }, 'E_SLURM_RESOURCES'],
    ] as const) {
      machine.configure({ slurm });
      const { exitCode, machines } = await machine.json('gpu', '--on=gpu');
      assert.equal([exitCode, machines[0].report.error?.code], [1, code], JSON.stringify(machines));
    }
    machine.configure({ slurm: { time: '5:00' } });
  });

  test('a full queue and drained nodes are waited for, with the reason; Ctrl-C cancels the job', async () => {
    assert.is(cluster.run('scontrol', 'update', 'NodeName=n1,n2', 'State=DRAIN', 'Reason=test').exitCode, 0);
    const { child, ended } = machine.start('gpu', '--on=gpu');
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await until(
      () => /waits: PENDING/.test(said),
      () => said + jobs(),
    );
    assert.match(said, /job \d+ waits: PENDING \(.*(DOWN|DRAINED|ReqNodeNotAvail).*\), the node/i);
    child.kill('SIGINT');
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 130, stderr);
    await until(() => jobs() === '', jobs);
    cluster.run('scontrol', 'update', 'NodeName=n1,n2', 'State=RESUME');
  });

  test('Ctrl-C asks a task that runs, and no job stays', async () => {
    fs.writeFileSync(path.join(bin, 'nvidia-smi.slow'), '');
    const { child, ended } = machine.start('gpu', '--on=gpu');
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await until(
      () => /runs on/.test(said),
      () => said + jobs(),
    );
    await new Promise((resolve) => setTimeout(resolve, 2000));
    child.kill('SIGINT');
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 130, stderr);
    await until(() => jobs() === '', jobs);
  });

  test('each node proves itself; without an environment all say so, and none is blamed', async () => {
    fs.rmSync(path.join(bin, 'nvidia-smi.slow'));
    const { exitCode, stdout, stderr } = await machine.run('validate', '--train', '--on=gpu', '--nodes=all');
    assert.is(exitCode, 3, stdout + stderr);
    assert.match(stdout, /^n1 +to do +.*environment is not there yet$/m);
    assert.match(stdout, 'every node says the same, so no node is at fault');
    machine.configure({});
    const elsewhere = await machine.run('validate', '--env=remote', '--on=gpu', '--nodes=all');
    assert.is(elsewhere.exitCode, 2);
    machine.configure({ slurm: { time: '5:00' } });
  });

  test('a job that somebody else cancels is told as that', async () => {
    fs.writeFileSync(path.join(bin, 'nvidia-smi.slow'), '');
    const { ended } = machine.start('gpu', '--on=gpu', '--json');
    await until(() => /RUNNING/.test(jobs()), jobs);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    cluster.run('scancel', `--user=${os.userInfo().username}`);
    const { exitCode, stdout, stderr } = await ended;
    assert.is(exitCode, 1, stderr);
    const { error } = JSON.parse(stdout).machines[0].report;
    assert.is(error?.code, 'E_SLURM_ENDED', stdout + stderr);
    assert.match(error.found, 'cancelled, and not from here');
  });

  test('a node that dies in the middle is told', async () => {
    fs.writeFileSync(path.join(bin, 'nvidia-smi.slow'), '');
    const { ended } = machine.start('gpu', '--on=gpu', '--json');
    await until(() => /RUNNING/.test(jobs()), jobs);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const node = cluster.run('squeue', '--noheader', '--format=%N').text;
    // What the controller does when it notices a power cut.
    cluster.run('scontrol', 'update', `NodeName=${node}`, 'State=DOWN', 'Reason=test');
    const { exitCode, stdout, stderr } = await ended;
    assert.is(exitCode, 1, stderr);
    assert.is(JSON.parse(stdout).machines[0].report.error.code, 'E_SLURM_NODE', stdout + stderr);
  });
}

test.run();
