import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { repository } from '../tests/support/project';
import { type Relay, relay } from '../tests/support/relay';
import { type Pair, pair } from '../tests/support/sync';
import type { Benchmark } from './support/benchmark';
import { type Case, cases, scale } from './support/far-cases';
import { type Command, median, seconds } from './support/measure';
import type { Row } from './support/table';
import { type Kinds, Trace } from './support/trace';

const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');
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
