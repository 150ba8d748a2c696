import { execFileSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { repository } from '../tests/support/project';
import { type Relay, relay } from '../tests/support/relay';
import { type Pair, pair } from '../tests/support/sync';
import type { Benchmark } from './support/benchmark';
import { type Command, median, seconds } from './support/measure';
import type { Row } from './support/table';
import { type Kinds, Trace } from './support/trace';

const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');
/** A figure of FAR_BENCH_SCALE of the whole, for a trial. */
const scale = Number(process.env.FAR_BENCH_SCALE ?? 1);
/** The rows with this text in their name alone, for a trial: what is written then is not the whole table. */
const chosen = process.env.FAR_CASE ?? '';
const rounds = Number(process.env.FAR_BENCH_ROUNDS ?? 3);
const delayMs = 50;
export const benchmark: Benchmark = {
  isTrial: chosen !== '' || scale !== 1,
  title: 'Sync over a far line',
  about: `${rounds === 1 ? 'One round: a' : `Medians of ${rounds} rounds: a`} real sshd behind a relay in user space that delays each way by 50 ms, GNU rsync on both ends. Each command makes its own connection and begins with nothing left to write from before, ours from the start of just to its end, in turn with \`rsync -rlt\`, \`rclone copy\` over sftp (\`--transfers 8 --multi-thread-streams 4\`) and \`tar | ssh tar\`. Both ends and the relay share the cores of this machine.`,
  async run() {
    const rows: Row[] = [];
    for (const { what, goal, direction, fill, change, peers } of cases.filter(({ what }) => what.includes(chosen)))
      rows.push(...(await measured({ what, goal, direction, fill, change, peers })));
    for (const folder of aside) fs.rmSync(folder, { recursive: true, force: true });
    return rows;
  },
};

/**
 * Folders that are done with. They are deleted when all is measured: ext4 without a journal takes a millisecond to make a file for minutes
 * behind many deletions, which would be measured too.
 */
const aside: string[] = [];
const putAside = (folder: string): void => {
  if (!fs.existsSync(folder)) return;
  const name = `${folder}-aside-${aside.length}`;
  fs.renameSync(folder, name);
  aside.push(name);
};

/** What the calls of a push or pull are. */
const kinds: Kinds = [
  // A shell that waits is there longer than its question takes.
  [/^ssh -G |^rsync --version|^ssh .*rsync --server|just-lora-ready/, undefined],
  [/^rsync .* -n /, 'comparison'],
  [/^rsync /, 'rsync'],
  [/dd [io]f=/, 'ranges'],
  [/echo locked/, 'lock'],
  [/rm -f "\$l"/, 'unlock'],
  [/just-lora-end/, 'connection and look'],
  [/stat -[cf]/, 'states'],
];

interface Case {
  what: string;
  /** Of ours to bare rsync. */
  goal: number;
  direction: 'push' | 'pull';
  /** Makes what travels. */
  fill(folder: string): void;
  /** Changes what was brought before, in place of clearing the other side. */
  change?: ((folder: string, round: number) => void) | undefined;
  /** The other peers too: ours is to be ahead of them. */
  peers?: readonly ('rclone' | 'tar')[] | undefined;
}

function random(folder: string, name: string, bytes: number): void {
  const handle = fs.openSync(path.join(folder, name), 'w');
  for (let left = Math.round(bytes * scale); left > 0; left -= 16_000_000)
    fs.writeSync(handle, crypto.randomBytes(Math.min(left, 16_000_000)));
  fs.closeSync(handle);
}
const four = (folder: string) => [0, 1, 2, 3].forEach((index) => void random(folder, `shard-${index}`, 100_000_000));
const one = (folder: string) => random(folder, 'train.bin', 400_000_000);
/** @param folders how many the files lie in, 0 for none */
const small = (folders: number) => (folder: string) => {
  for (let index = 0; index < 2000 * scale; index++) {
    const own = path.join(folder, folders > 0 ? `d${index % folders}` : '');
    fs.mkdirSync(own, { recursive: true });
    fs.writeFileSync(path.join(own, `f${index}`), crypto.randomBytes(20_000));
  }
};

const cases: readonly Case[] = [
  { what: 'push of 4 files, 400 MB', goal: 0.35, direction: 'push', fill: four, peers: ['rclone', 'tar'] },
  { what: 'push of one file of 400 MB', goal: 0.35, direction: 'push', fill: one, peers: ['rclone', 'tar'] },
  { what: 'pull of one file of 400 MB', goal: 0.35, direction: 'pull', fill: one },
  {
    what: 'push of 2,000 files of 20 kB',
    goal: 0.8,
    direction: 'push',
    fill: small(0),
    // rclone takes minutes.
    peers: ['tar'],
  },
  { what: 'push of 2,000 files of 20 kB in 20 folders', goal: 0.8, direction: 'push', fill: small(20) },
  { what: 'pull of 2,000 files of 20 kB in 20 folders', goal: 1, direction: 'pull', fill: small(20) },
  {
    what: '1 % of a file of 400 MB changed',
    goal: 1.05,
    direction: 'push',
    fill: one,
    change(folder, round) {
      const handle = fs.openSync(path.join(folder, 'train.bin'), 'r+');
      fs.writeSync(
        handle,
        crypto.randomBytes(Math.round(4_000_000 * scale)),
        0,
        undefined,
        Math.round((50_000_000 + round * 20_000_000) * scale),
      );
      fs.closeSync(handle);
    },
  },
];

/** No connection is there, and nothing of the command before is left to write: that would be measured too. */
async function fresh(link: Relay): Promise<void> {
  link.cut();
  execFileSync('sync');
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function measured({ what, goal, direction, fill, change, peers }: Case): Promise<Row[]> {
  const made = await pair();
  const link = await relay(made.sshd.port, { delayMs });
  const folder = direction === 'push' ? 'data/processed' : 'adapters';
  made.configure({ port: link.port }, { sync: { [direction]: [folder] } });
  const [source, target] = (direction === 'push' ? [made.project, made.there] : [made.there, made.project]).map((root) =>
    path.join(root, folder),
  ) as [string, string];
  fs.mkdirSync(source, { recursive: true });
  fill(source);
  const env = { ...(process.env as Record<string, string>), ...made.env, NO_COLOR: '1' };
  const ssh = ['-F', made.sshd.config, '-o', `Port=${link.port}`, '-o', 'StrictHostKeyChecking=accept-new'];
  await seconds({ command: 'ssh', args: [...ssh, 'box', 'true'], env });
  const other = (name: string) => path.join(direction === 'push' ? made.sshd.folder : made.project, `other-${name}`);
  const commands = commandsFor(made, direction, source, other, ssh, link.port);
  const wanted: [string, Command, string][] = [
    ['ours', { command: process.execPath, args: [just, `sync:${direction}`], cwd: made.project, env }, target],
    ['rsync', { ...commands.rsync, env }, other('rsync')],
    ...(peers ?? []).map((name): [string, Command, string] => [name, { ...commands[name], env }, other(name)]),
  ];
  const times = new Map<string, number[]>(wanted.map(([name]) => [name, []]));
  for (let round = 0; round < rounds + (change ? 1 : 0); round++) {
    if (round > 0) change?.(source, round);
    for (const [name, command, to] of wanted) {
      if (!change) putAside(to);
      fs.mkdirSync(to, { recursive: true });
      await fresh(link);
      const took = await seconds(command);
      // What is changed has to be there first.
      if (!change || round > 0) times.get(name)?.push(took);
    }
  }
  // Once more with its calls written down, which costs a little.
  const trace = new Trace(['ssh', 'rsync'], kinds);
  change?.(source, rounds + 1);
  if (!change) putAside(target);
  fs.mkdirSync(target, { recursive: true });
  await fresh(link);
  trace.begin();
  await seconds({
    command: process.execPath,
    args: [just, `sync:${direction}`],
    cwd: made.project,
    env: { ...env, PATH: `${trace.folder}:${process.env.PATH}` },
  });
  const why = `where the time of one run goes: ${trace.told()}; what is told side by side is at work at once, between them stand questions to shells that wait there, and bare rsync has the connection and the transfer alone`;
  link.close();
  for (const folder of [source, ...wanted.map(([, , to]) => to)]) putAside(folder);
  const at = (name: string) => median(times.get(name) ?? []);
  const row = (name: string, text: string, most: number): Row => ({
    what,
    ours: `${at('ours').toFixed(2)} s`,
    peer: `${text} ${at(name).toFixed(2)} s`,
    ratio: at('ours') / at(name),
    goal: most,
    why,
  });
  return [row('rsync', '`rsync -rlt`', goal), ...(peers ?? []).map((name) => row(name, `\`${name}\``, 1))];
}

function commandsFor(
  { sshd }: Pair,
  direction: 'push' | 'pull',
  source: string,
  other: (name: string) => string,
  ssh: readonly string[],
  port: number,
): Record<'rsync' | 'rclone' | 'tar', Command> {
  const shell = `ssh ${ssh.map((word) => `'${word}'`).join(' ')}`;
  const [from, to] = direction === 'push' ? [`${source}/`, `box:${other('rsync')}/`] : [`box:${source}/`, `${other('rsync')}/`];
  return {
    rsync: { command: 'rsync', args: ['-rlt', '-e', shell, from, to] },
    rclone: {
      command: 'rclone',
      args: [
        ...['copy', '--config', '/dev/null', '--transfers', '8', '--multi-thread-streams', '4', source],
        `:sftp,host=127.0.0.1,port=${port},user=${process.env.USER ?? 'root'},key_file=${sshd.identity}:${other('rclone')}`,
      ],
    },
    tar: { command: 'sh', args: ['-c', `tar cf - -C '${source}' . | ${shell} box "tar xf - -C '${other('tar')}'"`] },
  };
}
