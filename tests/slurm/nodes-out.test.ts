import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { type Cluster, noSlurm, startCluster } from '../support/slurm';

const test = suite('--nodes: nodes that are none of the job, and jobs that can never run');

if (noSlurm) skip(test, 'nodes of a mixed cluster', noSlurm);
else {
  let cluster: Cluster;
  test.before(async () => {
    cluster = await startCluster({
      nodes: 3,
      kinds: {
        n1: { type: 'a100', features: 'a100' },
        n2: { type: 'v100', features: 'v100' },
        n3: { type: 'a100', features: 'a100', promised: 2 },
      },
      more: ['PartitionName=short Nodes=n1,n2 MaxTime=10 State=UP', 'PartitionName=hidden Nodes=n1 Hidden=YES State=UP'],
    });
  });
  test.after(() => cluster.end());

  interface Verdict {
    node: string;
    verdict: string;
    code?: string;
    found?: string;
  }

  /** The program that proves nodes, with one in the place of the task that says all is well. */
  const proven = async (partition: string, options: string[], nodes = 'all', env: Record<string, string> = {}) => {
    const folder = temporaryFolder('jl-nodes');
    const say = (event: object) => `console.log(${JSON.stringify(JSON.stringify(event))});`;
    fs.writeFileSync(
      path.join(folder, 'task.js'),
      say({ event: 'document', document: { steps: [{ state: 'done' }] } }) + say({ event: 'exit', code: 0 }),
    );
    const order = {
      options: [`--partition=${partition}`, '--time=5:00', '--gres=gpu:1', ...options],
      name: 'jl-nodes-out',
      folder,
      command: [process.execPath, path.join(folder, 'task.js')],
      partition,
      nodes,
    };
    const file = path.join(folder, 'events');
    const program = path.join(repository, 'tasks/machines/there/nodes.ts');
    const child = spawn(process.execPath, ['-r', path.join(repository, 'tools/ts-node/register'), program, JSON.stringify(order)], {
      env: { ...process.env, ...cluster.env, ...env, JUST_LORA_EVENTS: file },
      stdio: 'ignore',
    });
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const events = fs
      .readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const verdicts: Verdict[] = events.find(({ event }) => event === 'document')?.document.steps[0].nodes;
    return { exitCode, verdicts, text: String(events.find(({ event }) => event === 'result')?.text) };
  };
  const brief = (verdicts: Verdict[]) => verdicts.map(({ node, verdict, code }) => [node, verdict, code].filter(Boolean).join(' '));

  test('a node with another card is out, one that lost a card is told, and a job that asks so is right on the rest', async () => {
    for (const options of [['--constraint=a100'], ['--gres=gpu:a100:1']]) {
      const { exitCode, verdicts, text } = await proven('main', options);
      assert.equal(brief(verdicts), ['n1 ok', 'n2 out E_SLURM_RESOURCES', 'n3 broken E_GPU_LOST'], text);
      assert.match(text, 'gres/gpu count reported lower than configured (1 < 2)');
      assert.match(text, 'NodeName=n3 State=DRAIN');
      assert.not.match(text, 'NodeName=n2');
      assert.is(exitCode, 1);
    }
    const { verdicts, text, exitCode } = await proven('main', ['--exclude=n1'], 'n1,n2');
    assert.equal(brief(verdicts), ['n1 out', 'n2 ok'], text);
    assert.match(text, 'left out by `--exclude`');
    assert.not.match(text, 'DRAIN');
    assert.is(exitCode, 3);
  });

  test('jobs that can never run are cancelled, and the reason is told', async () => {
    const { exitCode, verdicts, text } = await proven('short', ['--time=1:00:00']);
    assert.equal(brief(verdicts), ['n1 out E_SLURM_RESOURCES', 'n2 out E_SLURM_RESOURCES'], text);
    assert.match(text, 'PartitionTimeLimit');
    assert.match(text, /no node is at fault: E_SLURM_RESOURCES\nfix: .*slurm\.time/);
    assert.not.match(text, 'DRAIN');
    assert.is(exitCode, 1);
    assert.is(cluster.run('squeue', '--noheader').text, '');
  });

  /** sinfo as somebody has it who does not run the cluster: without `--all` a hidden partition is not there. */
  const asOrdinaryUser = (): string => {
    const folder = temporaryFolder('jl-bin');
    const real = execFileSync('sh', ['-c', 'command -v sinfo'], { encoding: 'utf8' }).trim();
    const script = `#!/bin/sh\ncase " $* " in *' --all '*) exec ${real} "$@" ;; esac\n${real} "$@" | grep -v hidden\n`;
    fs.writeFileSync(path.join(folder, 'sinfo'), script, { mode: 0o755 });
    return folder;
  };

  test("a hidden partition's nodes are known, whatever the profile says", async () => {
    const profile = {
      SLURM_EXPORT_ENV: 'NONE',
      SLURM_LABELIO: '1',
      SLURM_STDOUTMODE: '/dev/null',
      SLURM_JOB_ID: '77',
      SINFO_PARTITION: 'x',
      PATH: `${asOrdinaryUser()}${path.delimiter}${process.env['PATH']}`,
    };
    const { exitCode, verdicts } = await proven('hidden', [], 'all', profile);
    assert.equal([exitCode, brief(verdicts)], [0, ['n1 ok']]);
  });

  test('a node that others have reserved is out, and so is one that goes out while its job waits', async () => {
    const reserve = ['create', 'reservation', 'reservationname=r1', 'starttime=now+3minutes', 'duration=60', 'users=nobody', 'nodes=n2'];
    assert.is(cluster.run('scontrol', ...reserve).exitCode, 0);
    try {
      const { verdicts, text } = await proven('main', [], 'n1,n2');
      assert.equal(brief(verdicts), ['n1 ok', 'n2 out'], text);
      assert.match(text, 'reservation of others');
    } finally {
      cluster.run('scontrol', 'delete', 'reservationname=r1');
    }
    const holder = spawn('srun', ['--nodelist=n1', '--exclusive', '--gres=gpu:1', 'sleep', '60'], {
      env: { ...process.env, ...cluster.env },
      stdio: 'ignore',
    });
    for (let tries = 0; tries < 100 && !cluster.run('squeue', '--noheader').text.includes(' R '); tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const ended = proven('main', [], 'n1');
    for (let tries = 0; tries < 200 && !cluster.run('squeue', '--noheader').text.includes(' PD '); tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    cluster.run('scontrol', 'update', 'NodeName=n1', 'State=DRAIN', 'Reason=fan');
    const { verdicts, text } = await ended;
    assert.equal([brief(verdicts), verdicts[0]?.found], [['n1 out'], 'draining (fan)'], text);
    holder.kill('SIGINT');
    holder.kill('SIGINT');
    cluster.run('scancel', '--nodelist=n1');
    cluster.run('scontrol', 'update', 'NodeName=n1', 'State=RESUME');
  });
}

test.run();
