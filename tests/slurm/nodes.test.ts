import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chosenNodes, parseNodes } from '../../tasks/slurm/cluster-nodes';
import { onOneNode } from '../../tasks/slurm/needs-gpu';
import { exitCodeOfNodes, verdictsOf, verdictsText } from '../../tasks/slurm/node-verdicts';
import { projectCopy, repository, runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { type Cluster, noSlurm, startCluster } from '../support/slurm';

const test = suite('--nodes: each node of a cluster proves itself');

/** What `validate --train` says on a node. */
const proof = (secondsPerStep: number, broken?: { code: string; found: string }) => ({
  steps: [
    { name: 'imports', state: 'done', found: 'all' },
    broken
      ? { name: 'gpu', state: 'blocked', driver: '550.54', gpus: [{ name: 'A100' }], fix: 'mend it', ...broken }
      : { name: 'gpu', state: 'done', driver: '550.54', gpus: [{ name: 'A100' }] },
    ...(broken ? [] : [{ name: 'train', state: 'done', secondsPerStep }]),
  ],
});

test('the nodes of a partition, and those that are meant', () => {
  const text =
    'n1|idle|main*|none\nn2|mixed|main*|none\nn3|drained|main*|fan "2" broken\nn4|down*|main*|Not responding\nn5|idle|other|none\n';
  const all = parseNodes(text, null);
  assert.equal(
    all.map(({ name, out }) => [name, out]),
    [
      ['n1', undefined],
      ['n2', undefined],
      ['n3', 'drained (fan "2" broken)'],
      ['n4', 'down, not responding (Not responding)'],
    ],
  );
  assert.equal(
    parseNodes(text, 'other').map(({ name }) => name),
    ['n5'],
  );
  const names = (wanted: string, list: string[] = []) => chosenNodes(all, wanted, list).nodes.map(({ name }) => name);
  assert.equal([names('all').length, names('1'), names('9'), names('x', ['n3'])], [4, ['n1'], ['n1', 'n2'], ['n3']]);
  assert.equal(chosenNodes(all, 'x', ['n1', 'n9']).unknown, ['n9']);
});

test('states in which no job begins, and those that a job waits for or wakes', () => {
  const outs = (hasReservation = false) =>
    parseNodes(
      [
        ...['a|idle~', 'b|mixed#', 'c|reserved', 'd|maint', 'e|idle$', 'f|future', 'g|inval', 'h|blocked', 'i|planned', 'j|mixed-'],
        ...['k|reboot^', 'l|powering_down', 'm|allocated+', 'n|failing', 'o|draining@', 'p|idle*', 'q|unknown', 'r|powered_down'],
      ]
        .map((line) => `${line}|main*|none\n`)
        .join(''),
      null,
      hasReservation,
    ).flatMap(({ name, out }) => (out === undefined ? [] : [name]));
  assert.is(outs().join(''), 'cdefghnopq');
  // Jobs of a reservation run on its nodes.
  assert.is(outs(true).join(''), 'fghnopq');
  const [node] = parseNodes('n1|inval|main*|gres/gpu count reported lower than configured (1 < 2)\n', null);
  assert.equal([node?.out, node?.lost], [undefined, 'gres/gpu count reported lower than configured (1 < 2)']);
  assert.is(parseNodes('n1|inval|main*|Low RealMemory\n', null)[0]?.out, 'inval (Low RealMemory)');
});

test('only what is its own takes a node out of the queue', () => {
  const fault = (code: string) => ({ code, found: `found ${code}`, fix: `mend ${code}` });
  const verdicts = verdictsOf([
    { node: 'n1', document: proof(0.1) },
    ...['RESOURCES', 'QOS', 'ENDED', 'TIME', 'MEMORY', 'DOWN', 'OPTION', 'ACCOUNT'].map((word) => ({
      node: `job-${word}`,
      fault: fault(`E_SLURM_${word}`),
    })),
    ...['E_GPU_CAPABILITY', 'E_GPU_MEMORY', 'E_GPU_BUSY', 'E_LIBRARIES'].map((code) => ({
      node: `fits-not-${code}`,
      document: proof(0, { code, found: 'no' }),
    })),
    ...['E_SLURM_NODE', 'E_SLURM_SHARED', 'E_GPU_LOST'].map((code) => ({ node: `own-${code}`, fault: fault(code) })),
    ...['E_GPU_ECC', 'E_DRIVER_HUNG', 'E_GPU_MATMUL', 'E_TRAIN'].map((code) => ({
      node: `own-${code}`,
      document: proof(0, { code, found: 'bad' }),
    })),
    { node: 'said', document: { steps: [], error: fault('E_CONFIG') } },
  ]);
  const text = verdictsText(verdicts);
  const drained = [...text.matchAll(/NodeName=(\S+)/g)].map(([, node]) => node);
  assert.equal(
    drained,
    verdicts.map(({ node }) => node).filter((node) => node.startsWith('own-')),
  );
  const of = (node: string) => verdicts.find((one) => one.node === node);
  assert.is(of('job-RESOURCES')?.verdict, 'out');
  assert.match(of('job-RESOURCES')?.found ?? '', 'it does not have what the job asks for');
  assert.is(of('own-E_GPU_LOST')?.verdict, 'broken');
  assert.is(of('said')?.code, 'E_CONFIG');
  assert.match(text, 'E_SLURM_QOS, fix: mend E_SLURM_QOS');
  const some = verdictsOf([
    { node: 'n1', document: proof(0.1) },
    { node: 'n2', fault: fault('E_SLURM_RESOURCES') },
  ]);
  assert.is(exitCodeOfNodes(some), 3);
  assert.is(exitCodeOfNodes(some.slice(1)), 1);
});

test('an older card is slower, and no worse for that', () => {
  const older = { ...proof(0.4), steps: proof(0.4).steps.map((step) => ('gpus' in step ? { ...step, gpus: [{ name: 'V100' }] } : step)) };
  const verdicts = verdictsOf([
    { node: 'n1', document: proof(0.1) },
    { node: 'n2', document: proof(0.1) },
    { node: 'n3', document: older },
  ]);
  assert.equal(
    verdicts.map(({ verdict }) => verdict),
    ['ok', 'ok', 'ok'],
  );
});

test('a node is judged beside the others, and what it lacks is its own where they do not lack it', () => {
  const verdicts = verdictsOf([
    { node: 'n1', document: proof(0.1) },
    { node: 'n2', document: proof(0.1) },
    { node: 'n3', document: proof(0.4) },
    { node: 'n4', document: proof(0, { code: 'E_GPU_ECC', found: 'GPU 0 had 3 memory errors; `x` "y" $(z)' }) },
    { node: 'n5', out: 'drained (fan)' },
    { node: 'n6', fault: { code: 'E_SLURM_NODE', found: 'n6 failed', fix: 'again' } },
  ]);
  assert.equal(
    verdicts.map(({ verdict, ofOthers }) => [verdict, ofOthers]),
    [
      ['ok', 0.1 / 0.25],
      ['ok', 0.1 / 0.25],
      ['slow', 4],
      ['broken', undefined],
      ['out', undefined],
      ['failed', undefined],
    ],
  );
  const text = verdictsText(verdicts);
  assert.match(text, /^n3 +slow +A100 +550\.54 +0\.40 +× 4\.00 +0\.40 s a step, where the others take 0\.10 s$/m);
  assert.match(text, "scontrol update NodeName=n4 State=DRAIN Reason='just-lora: E_GPU_ECC GPU 0 had 3 memory errors; x y (z)'");
  assert.match(text, /NodeName=n6 State=DRAIN/);
  assert.not.match(text, /NodeName=n[125] /);
  assert.is(exitCodeOfNodes(verdicts), 1);
  assert.is(exitCodeOfNodes(verdicts.slice(0, 3)), 3);
  assert.is(exitCodeOfNodes(verdicts.slice(0, 2)), 0);
  const same = { code: 'E_LIBRARIES', found: 'no torch' };
  const alike = verdictsText(verdictsOf(['n1', 'n2'].map((node) => ({ node, document: proof(0, same) }))));
  assert.match(alike, 'every node says the same, so no node is at fault: E_LIBRARIES\nfix: mend it');
  assert.not.match(alike, 'scontrol');
});

test('a node proves what is its own, and trusts no proof of another one', () => {
  assert.equal(onOneNode(['node', 'just', 'validate', '--env=remote', '--nodes=all', '--train']), [
    ...['node', 'just', 'validate', '--env=remote', '--train'],
    ...['--nodes=here', '--force=train'],
  ]);
  assert.equal(onOneNode(['--nodes=2', '--train', '--force=imports']), ['--train', '--nodes=here', '--force=imports,train']);
});

test('without a cluster it is wrong usage', async () => {
  const { exitCode, stderr } = await runJust(projectCopy(), ['validate', '--env=remote', '--nodes=all']);
  assert.is(exitCode, 2);
  assert.match(stderr, 'is about the nodes of a cluster');
});

if (noSlurm) skip(test, 'nodes of a cluster', noSlurm);
else {
  let cluster: Cluster;
  test.before(async () => {
    cluster = await startCluster({ nodes: 4 });
  });
  test.after(() => cluster.end());

  /** The program that proves nodes, with one in the place of the task: it says what a node like this would. */
  const start = (nodes: string) => {
    const folder = temporaryFolder('jl-nodes');
    const task = path.join(folder, 'task.js');
    const say = (event: string) => `console.log(JSON.stringify(${event}));`;
    fs.writeFileSync(
      task,
      `const node = process.env.SLURMD_NODENAME; const documents = ${JSON.stringify({ n1: proof(0.1), n2: proof(0, { code: 'E_GPU_ECC', found: 'bad' }) })};
       if (node === 'n3') { setTimeout(() => undefined, 120_000); } else {
       setTimeout(() => { ${say("{ event: 'document', document: documents[node] }")} ${say("{ event: 'exit', code: node === 'n1' ? 0 : 1 }")} process.exit(node === 'n1' ? 0 : 1); }, 500); }`,
    );
    const order = {
      options: ['--time=5:00', '--gres=gpu:1'],
      name: 'jl-nodes',
      folder,
      command: [process.execPath, task],
      partition: 'main',
      nodes,
    };
    const file = path.join(folder, 'events');
    const program = path.join(repository, 'tasks/machines/there/nodes.ts');
    const child = spawn(process.execPath, ['-r', path.join(repository, 'tools/ts-node/register'), program, JSON.stringify(order)], {
      env: { ...process.env, ...cluster.env, JUST_LORA_EVENTS: file },
      stdio: 'ignore',
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const events = () =>
      (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    return { child, ended, events };
  };

  test('Ctrl-C cancels every job, and blames no node', async () => {
    const { child, ended, events } = start('n1,n3');
    for (let tries = 0; tries < 300 && !events().some(({ text }) => /^n3: job \d+ runs$/.test(text ?? '')); tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGINT');
    assert.is(await ended, 130);
    assert.not.match(events().find(({ event }) => event === 'result').text, 'NodeName=n3');
    for (let tries = 0; tries < 100 && cluster.run('squeue', '--noheader').text !== ''; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.is(cluster.run('squeue', '--noheader').text, '');
  });

  test('each has its own verdict, one that dies is told, and the others come to their end', async () => {
    assert.is(cluster.run('scontrol', 'update', 'NodeName=n4', 'State=DRAIN', 'Reason=fan').exitCode, 0);
    const { ended, events } = start('all');
    for (let tries = 0; tries < 300 && !events().some(({ text }) => /^n3: job \d+ runs$/.test(text ?? '')); tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    cluster.cut('n3');
    assert.is(await ended, 1);
    const { document } = events().find(({ event }) => event === 'document');
    const [{ nodes }] = document.steps;
    assert.equal(
      nodes.map(({ node, verdict, code }: { node: string; verdict: string; code?: string }) => [node, verdict, code]),
      [
        ['n1', 'ok', undefined],
        ['n2', 'broken', 'E_GPU_ECC'],
        ['n3', 'failed', 'E_SLURM_NODE'],
        ['n4', 'out', undefined],
      ],
    );
    const { text } = events().find(({ event }) => event === 'result');
    assert.match(text, /^n4 +out +drained \(fan\)$/m);
    for (const node of ['n2', 'n3']) assert.match(text, `scontrol update NodeName=${node} State=DRAIN Reason=`);
    assert.equal(events().at(-1), { event: 'exit', code: 1 });
  });

  test('a node that is none is named, with those that are', async () => {
    const { ended, events } = start('n1,n[8-9]');
    assert.is(await ended, 1);
    const { fault } = events().find(({ event }) => event === 'error');
    assert.equal([fault.code, fault.found], ['E_SLURM_NODES', 'no node of the partition: n8, n9']);
  });
}

test.run();
