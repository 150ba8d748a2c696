import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { temporaryFolder } from './project';
import { freePort } from './sshd';
import { processesWith } from './sync';
import { until } from './until';
import { startWatched } from './watch';

/** A real cluster on loopback: munged, slurmctld and a slurmd for each node, as ordinary processes that end with this one. */
export interface Cluster {
  folder: string;
  /** Variables by which the programs of Slurm find it. */
  env: Record<string, string>;
  nodes: string[];
  /** Runs a program of Slurm. @returns what it prints; its error where it fails */
  run(program: string, ...args: string[]): { exitCode: number | null; text: string };
  /** Ends the slurmd of a node, and what it runs, as a power cut would. */
  cut(node: string): void;
  /** Cancels what is left, before the daemons end with this process: what a node runs would outlive them. */
  end(): Promise<void>;
  /** Waits until a job is in one of these states. @throws Error where it is not in time */
  until(job: string, states: readonly string[], seconds?: number): Promise<string>;
}

const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'srun', 'squeue'];
const found = (program: string) =>
  ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']
    .map((folder) => path.join(folder, program))
    .find((file) => fs.existsSync(file)) ?? '';

/** Why there is no cluster here; `undefined` where there can be. */
export const noSlurm = programs.every(found) ? undefined : 'no Slurm: install slurm-wlm and munge';

/** What a node of the cluster is configured to have, where that is not one GPU of no type. */
export interface NodeKind {
  /** The type of its one GPU. */
  type?: string;
  features?: string;
  /** GPUs that slurm.conf promises, where the node has one. */
  promised?: number;
}

/** @param more further lines of slurm.conf @param kinds by the name of a node */
export async function startCluster({
  nodes: count = 3,
  more = [] as string[],
  kinds = {} as Readonly<Record<string, NodeKind>>,
} = {}): Promise<Cluster> {
  const folder = temporaryFolder('jl-slurm');
  const at = (...parts: string[]) => path.join(folder, ...parts);
  const nodes = Array.from({ length: count }, (_, index) => `n${index + 1}`);
  for (const part of ['run', 'state', 'log', 'munge', ...nodes.map((node) => `spool/${node}`)]) fs.mkdirSync(at(part), { recursive: true });
  fs.chmodSync(at('munge'), 0o700);
  fs.writeFileSync(at('munge/key'), Buffer.from(Array.from({ length: 1024 }, () => Math.floor(Math.random() * 256))), { mode: 0o600 });
  const [user, host, socket] = [os.userInfo().username, os.hostname().split('.')[0], at('run/munge.socket')];
  const ports = await Promise.all(['ctld', ...nodes].map(freePort));
  const node = (name: string, index: number) => {
    const { type, features, promised = 1 } = kinds[name] ?? {};
    const has = `CPUs=2 RealMemory=512 Gres=gpu:${type ? `${type}:` : ''}${promised}${features ? ` Feature=${features}` : ''}`;
    return `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[index + 1]} ${has} State=UNKNOWN`;
  };
  const card = (name: string) => `NodeName=${name} Name=gpu${kinds[name]?.type ? ` Type=${kinds[name].type}` : ''} File=/dev/null\n`;
  const broken = Object.values(kinds).filter(({ promised = 1 }) => promised > 1).length;
  fs.writeFileSync(at('gres.conf'), nodes.map(card).join(''));
  fs.writeFileSync(
    at('slurm.conf'),
    [
      'ClusterName=fixture',
      `SlurmctldHost=${host}(127.0.0.1)`,
      `SlurmUser=${user}`,
      `SlurmdUser=${user}`,
      'AuthType=auth/munge',
      // A job that was requeued waits for the end of its credential, two minutes else.
      `AuthInfo=socket=${socket},cred_expire=5`,
      'CredType=cred/munge',
      `SlurmctldPort=${ports[0]}`,
      `StateSaveLocation=${at('state')}`,
      `SlurmdSpoolDir=${at('spool')}/%n`,
      `SlurmctldPidFile=${at('run')}/slurmctld.pid`,
      `SlurmdPidFile=${at('run')}/slurmd-%n.pid`,
      'ProctrackType=proctrack/pgid',
      'TaskPlugin=task/none',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core',
      'SchedulerType=sched/backfill',
      'AccountingStorageType=accounting_storage/none',
      'JobAcctGatherType=jobacct_gather/none',
      'MpiDefault=none',
      'SwitchType=switch/none',
      'ReturnToService=2',
      'SlurmctldTimeout=20',
      'SlurmdTimeout=5',
      'InactiveLimit=0',
      'KillWait=5',
      'SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0',
      // A node that has less than is promised is seen as that only without it.
      ...(broken > 0 ? [] : ['SlurmdParameters=config_overrides']),
      'GresTypes=gpu',
      ...nodes.map(node),
      `PartitionName=main Nodes=${nodes.join(',')} Default=YES MaxTime=INFINITE State=UP`,
      ...more,
      '',
    ].join('\n'),
  );
  const env = { SLURM_CONF: at('slurm.conf') };
  const logOf = (name: string) => fs.openSync(at('log', `${name}.log`), 'a');
  startWatched(
    found('munged'),
    [
      '--foreground',
      '--force',
      `--key-file=${at('munge/key')}`,
      `--socket=${socket}`,
      `--pid-file=${at('run/munged.pid')}`,
      `--log-file=${at('log/munged.log')}`,
      `--seed-file=${at('munge/seed')}`,
    ],
    logOf('munged'),
  );
  await until(() => spawnSync('munge', ['-n', '-S', socket]).status === 0, 'munged', 10);
  startWatched(found('slurmctld'), ['-D', '-f', at('slurm.conf')], logOf('slurmctld'));
  for (const name of nodes) startWatched(found('slurmd'), ['-D', '-N', name, '-f', at('slurm.conf')], logOf(name));
  const run: Cluster['run'] = (program, ...args) => {
    const { status, stdout, stderr } = spawnSync(program, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
    return { exitCode: status, text: `${stdout}${stderr}`.trim() };
  };
  await until(
    () => run('sinfo', '-h', '-t', 'idle', '-o', '%D').text === String(count - broken),
    () => `a cluster: ${run('sinfo', '-N').text}`,
    30,
  );
  return {
    folder,
    env,
    nodes,
    run,
    cut(name) {
      const tasks = processesWith(folder)
        .map(seen)
        .filter(({ environment }) => environment.includes(`SLURMD_NODENAME=${name}`))
        .map(({ pid }) => pid);
      // Who would tell of their end goes first.
      const keepers = tasks.map(parentOf).filter((pid) => /^slurmstepd/.test(nameOf(pid)));
      for (const pid of [Number(fs.readFileSync(at('run', `slurmd-${name}.pid`), 'utf8')), ...keepers, ...tasks]) kill(pid);
    },
    async end() {
      run('scancel', '--user', user);
      await until(() => run('squeue', '--noheader').text === '', 'the end of the jobs', 10).catch(() => undefined);
      for (const { pid, environment } of processesWith(folder).map(seen))
        if (environment.some((each) => /^SLURM(_JOB_ID|D_NODENAME)=/.test(each)) || /^slurmstepd/.test(nameOf(pid))) kill(pid);
    },
    async until(job, states, seconds = 30) {
      let state = '';
      await until(
        () => {
          state = /JobState=(\w+)/.exec(run('scontrol', 'show', 'job', job).text)?.[1] ?? '';
          return states.includes(state);
        },
        () => `job ${job} in ${states.join(', ')}: ${run('scontrol', 'show', 'job', job).text}`,
        seconds,
      );
      return state;
    },
  };
}

function seen({ pid }: { pid: number }) {
  try {
    return { pid, environment: fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0') };
  } catch {
    return { pid, environment: [] };
  }
}

const parentOf = (pid: number): number => {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
};

function nameOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
