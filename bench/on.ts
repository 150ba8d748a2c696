import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { noMachines, startMachine } from '../tests/support/machines';
import { packageSources } from '../tests/support/package-sources';
import { projectCopy, repository, temporaryFolder } from '../tests/support/project';
import { pythonWith } from '../tests/support/python';
import { type Relay, relay } from '../tests/support/relay';
import { pair } from '../tests/support/sync';
import type { Benchmark } from './support/benchmark';
import { type Command, median, medians, seconds } from './support/measure';
import type { Row } from './support/table';

const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');
const s = (value: number) => `${value.toFixed(2)} s`;
const megabits = (count: number) => (count * 1_000_000) / 8;

/** How many times each pair is measured. */
const rounds = Number(process.env.ON_BENCH_ROUNDS ?? 5);

export const benchmark: Benchmark = {
  title: 'Tasks on another machine',
  about:
    '`setup:remote --no-gpu --on` with nothing to do (profile compat, 5.6 GB, a real sshd on loopback, a relay in user space for the delay) against `ssh machine "cd project && npx just setup:remote --no-gpu"` over a connection that is warm as well; `mkdirs --on` for machines in network namespaces that have neither Node, pip nor project, whose Node (51 MB) is here already, against one `ssh machine "cat > file"` of as many bytes, connection included. Both sides share the cores of this machine.',
  async run() {
    return [...(await again()), ...(noMachines ? [] : [...(await bare()), ...(await several())])];
  },
};

/** Nothing to do, at two distances. */
async function again(): Promise<Row[]> {
  const uv = path.dirname(pythonWith('uv'));
  const machine = await pair({
    path: `${uv}:${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    env: { ...packageSources(), npm_config_update_notifier: 'false' },
  });
  const settings = path.join(machine.project, 'configs', 'remotes', 'gpu.yaml');
  fs.mkdirSync(path.dirname(settings), { recursive: true });
  fs.writeFileSync(settings, 'remote: { engine: venv, profile: compat }\nstorage: { error_gb: 1, warn_gb: 1 }\n');
  const env = { ...(process.env as Record<string, string>), ...machine.env, NO_COLOR: '1', npm_config_update_notifier: 'false' };
  const task = ['setup:remote', '--no-gpu'];
  const here = (command: string, ...args: string[]): Command => ({ command, args, cwd: machine.project, env });
  const socket = path.join(machine.env['HOME'] ?? '', 's');
  const byHand = (port: number, text: string): Command => ({
    command: 'ssh',
    args: [
      ...['-F', machine.sshd.config, '-o', `Port=${port}`, '-o', 'StrictHostKeyChecking=accept-new'],
      ...['-o', 'ControlMaster=auto', '-o', `ControlPath=${socket}-%p`, '-o', 'ControlPersist=60', 'box'],
      `cd '${machine.there}' && ${text}`,
    ],
    env,
  });
  await seconds(here(process.execPath, just, ...task, '--on=gpu'));
  // What a person has in a clone there.
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(machine.there, 'node_modules'));
  const rows: Row[] = [];
  for (const delayMs of [0, 50]) {
    const link = await relay(machine.sshd.port, { delayMs });
    machine.configure({ port: link.port });
    const commands = [
      here('npx', 'just', ...task, '--on=gpu'),
      byHand(link.port, `npx just ${task.join(' ')}`),
      here(process.execPath, just, ...task, '--on=gpu'),
      byHand(link.port, `'${process.execPath}' node_modules/just-task/bin/just.js ${task.join(' ')}`),
      here('npx', 'just', 'mkdirs'),
    ];
    // Connections are made.
    for (const command of commands.slice(0, 2)) await seconds(command);
    const [ours = 0, hand = 0, oursAlone = 0, handAlone = 0, start = 0] = await medians(rounds, commands);
    link.close();
    const distance = `${delayMs * 2} ms there and back`;
    rows.push(
      {
        what: `again for nothing, ${distance}`,
        ours: s(ours),
        peer: `by hand ${s(hand)}`,
        ratio: ours / hand,
        goal: 1.3,
        why: `just starts here and there, one after the other, and \`npx just mkdirs\` here alone takes ${s(start)}. The Node there that follows and the one that watches start beside the look. Over the connection it makes two calls at once, then asks, and gives word that the end has arrived: four round trips, where one call has two.`,
      },
      {
        what: `the same without npx on either side, ${distance}`,
        ours: s(oursAlone),
        peer: `by hand ${s(handAlone)}`,
        ratio: oursAlone / handAlone,
      },
    );
  }
  return rows;
}

/** A machine behind a line, under the same name each time. */
interface Bare {
  entry: Record<string, unknown>;
  link: Relay;
  /** Takes away what was brought. */
  clear(): void;
}

async function bareMachine(name: string, rate: number): Promise<Bare> {
  const machine = await startMachine(name, { without: ['python3', 'python', 'uv'] });
  const link = await relay(22, { host: machine.gateway.replace(/1$/, '2'), delayMs: 25, rate });
  const config = path.join(temporaryFolder('jl-bench'), 'ssh_config');
  const text = fs.readFileSync(String(machine.entry['ssh_config']), 'utf8');
  fs.writeFileSync(
    config,
    text.replace(/HostName .*/, 'HostName 127.0.0.1').replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${config}.known`),
  );
  return {
    entry: { ...machine.entry, ssh_config: config, port: link.port },
    link,
    clear: () => void machine.run('rm -rf project .cache'),
  };
}

function projectFor(machines: Readonly<Record<string, Bare>>): { bring: (on: string) => Command; part(command: string): Command } {
  const project = projectCopy();
  const entries = Object.entries(machines).map(([name, { entry }]) => [name, entry]);
  fs.writeFileSync(path.join(project, 'configs', 'setup.local.yaml'), JSON.stringify({ remotes: Object.fromEntries(entries) }));
  const env = { ...(process.env as Record<string, string>), NO_COLOR: '1', XDG_RUNTIME_DIR: '' };
  const sh = (command: string): Command => ({ command: 'sh', args: ['-c', command], cwd: project, env });
  return { bring: (on) => ({ command: process.execPath, args: [just, 'mkdirs', `--on=${on}`], cwd: project, env }), part: sh };
}

/** Ends the connections of a run, so that the next one makes its own. */
const disconnect = async (machines: readonly Bare[]) => {
  for (const { link } of machines) link.cut();
  await new Promise((resolve) => setTimeout(resolve, 300));
};

async function bare(): Promise<Row[]> {
  const machine = await bareMachine('bare', megabits(200));
  const { bring, part } = projectFor({ bare: machine });
  const folder = temporaryFolder('jl-bench');
  const [mine, theirs]: [number[], number[]] = [[], []];
  let bytes = 0;
  // The first round fetches the archive of Node where it is not here, and counts for nothing.
  for (let round = 0; round < 4; round++) {
    machine.clear();
    await disconnect([machine]);
    const before = machine.link.sent();
    const time = await seconds(bring('bare'));
    bytes = machine.link.sent() - before;
    await disconnect([machine]);
    fs.writeFileSync(path.join(folder, 'bytes'), crypto.randomBytes(bytes));
    const options = `-F '${machine.entry['ssh_config']}' -o Port=${machine.entry['port']}`;
    const peer = await seconds(part(`ssh ${options} bare 'cat > bytes' < '${folder}/bytes'`));
    if (round > 0) [mine, theirs].forEach((list, at) => void list.push(at === 0 ? time : peer));
  }
  machine.link.close();
  const [ours, peer] = [median(mine), median(theirs)];
  return [
    {
      what: `a bare machine, ${(bytes / 1e6).toFixed(0)} MB, 200 Mbit/s and 50 ms`,
      ours: s(ours),
      peer: `\`ssh cat\` ${s(peer)}`,
      ratio: ours / peer,
      goal: 1.5,
      why: 'sending Node is what `ssh cat` does; the rest is work of processors, which both ends share here: two starts of Node, 120 MB unpacked and hashed there, a look before and behind each part, two thousand small files.',
    },
  ];
}

async function several(): Promise<Row[]> {
  const names = ['one', 'two', 'three', 'four'];
  const machines: Record<string, Bare> = {};
  for (const name of names) machines[name] = await bareMachine(name, megabits(40));
  const { bring } = projectFor(machines);
  const all = Object.values(machines);
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < 2; round++)
    for (const [on, list] of [
      [names.join(), mine],
      ['one', theirs],
    ] as const) {
      for (const { clear } of all) clear();
      await disconnect(all);
      list.push(await seconds(bring(on)));
    }
  for (const { link } of all) link.close();
  const [ours, peer] = [Math.min(...mine), Math.min(...theirs)];
  return [
    {
      what: 'four bare machines at once, 40 Mbit/s and 50 ms each',
      ours: s(ours),
      peer: `one of them ${s(peer)}`,
      ratio: ours / peer,
      goal: 1.3,
      why: 'four archives of Node are unpacked and hashed on the two cores that all machines share here.',
    },
  ];
}
