import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { repository, temporaryFolder } from '../tests/support/project';
import { relay } from '../tests/support/relay';
import { type Pair, pair } from '../tests/support/sync';
import type { Benchmark } from './support/benchmark';
import { type Command, median, seconds } from './support/measure';
import type { Row } from './support/table';

const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');

/** A figure of SYNC_BENCH_SCALE of the whole, for a trial. */
const scaled = (count: number): number => Math.max(1, Math.round(count * Number(process.env.SYNC_BENCH_SCALE ?? 1)));

export const benchmark: Benchmark = {
  title: 'Sync',
  about:
    'A real sshd on loopback, GNU rsync on both ends, against what a person would type, in turn. The start of just (`--help` of the task) is measured and taken off, the ssh master is warm for ours after the first look.',
  async run() {
    return [...(await largePush()), ...(await noChange()), ...(await smallFiles()), ...(await verification())];
  },
};

async function machine(): Promise<
  Pair & { ours: (...args: string[]) => Command; bare: (from: string, to: string) => Command; data: string; start: number } & {
    source: string;
  }
> {
  const made = await pair();
  made.configure({}, { sync: { push: ['data/processed'], pull: ['adapters'] } });
  const env = { ...(process.env as Record<string, string>), ...made.env, NO_COLOR: '1' };
  const ours = (...args: string[]): Command => ({ command: process.execPath, args: [just, ...args], cwd: made.project, env });
  const bare = (from: string, to: string): Command => ({
    command: 'rsync',
    args: ['-rlt', '--partial', '--progress', '-e', `ssh -F ${made.sshd.config}`, from, to],
    env,
  });
  const start = median([
    await seconds(ours('sync:push', '--help')),
    await seconds(ours('sync:push', '--help')),
    await seconds(ours('sync:push', '--help')),
  ]);
  // The host key is accepted, and the page cache warm.
  await seconds(ours('sync:remotes'));
  await seconds({ command: 'ssh', args: ['-F', made.sshd.config, '-o', 'StrictHostKeyChecking=accept-new', 'box', 'true'], env });
  return { ...made, ours, bare, start, source: path.join(made.project, 'data/processed') } as never;
}

const readTwice = 'the folders here are read once for rows and once for links that lead out before rsync is asked.';

const row = (what: string, ours: number, peerName: string, peer: number, goal: number, why?: string): Row => ({
  what,
  ours: `${ours.toFixed(2)} s`,
  peer: `${peerName} ${peer.toFixed(2)} s`,
  ratio: ours / peer,
  goal,
  ...(why === undefined ? {} : { why }),
});

async function largePush(): Promise<Row[]> {
  const { ours, bare, source, there, sshd, start } = await machine();
  const files = 4;
  for (let index = 0; index < files; index++)
    fs.writeFileSync(path.join(source, `shard-${index}`), crypto.randomBytes(scaled(256_000_000)));
  const [mine, theirs]: [number[], number[]] = [[], []];
  const other = path.join(sshd.folder, 'machine', 'bare');
  for (let round = 0; round < 5; round++) {
    for (const folder of [there, other]) fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(other);
    mine.push((await seconds(ours('sync:push'))) - start);
    theirs.push(await seconds(bare(`${source}/`, `box:${other}/`)));
  }
  return [
    row(`push of ${files} files, ${((scaled(256_000_000) * files) / 1e9).toFixed(1)} GB`, median(mine), '`rsync -rlt`', median(theirs), 1),
  ];
}

async function noChange(): Promise<Row[]> {
  const { ours, bare, source, there, start } = await machine();
  const count = scaled(100_000);
  for (let index = 0; index < count; index++) {
    if (index % 1000 === 0) fs.mkdirSync(path.join(source, `d${index / 1000}`));
    fs.writeFileSync(path.join(source, `d${Math.floor(index / 1000)}`, `f${index}`), `${index}`);
  }
  await seconds(ours('sync:push'));
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < 5; round++) {
    mine.push((await seconds(ours('sync:push'))) - start);
    theirs.push(await seconds(bare(`${source}/`, `box:${there}/data/processed/`)));
  }
  return [row(`nothing changed in ${count} files`, median(mine), '`rsync -rlt`', median(theirs), 1, readTwice)];
}

async function smallFiles(): Promise<Row[]> {
  const { ours, source, sshd, configure, start, env } = await machine();
  const link = await relay(sshd.port, { delayMs: 20 });
  configure({ port: link.port }, { sync: { push: ['data/processed'] } });
  const count = scaled(1000);
  for (let index = 0; index < count; index++) fs.writeFileSync(path.join(source, `f${index}`), crypto.randomBytes(2000));
  await seconds(ours('sync:remotes'));
  const mine = (await seconds(ours('sync:push'))) - start;
  const target = path.join(sshd.folder, 'machine', 'scp');
  const options = ['-F', sshd.config, '-o', `Port=${link.port}`, '-o', 'StrictHostKeyChecking=accept-new'];
  const theirs = await seconds({
    command: 'scp',
    args: ['-q', '-r', ...options, source, `box:${target}`],
    env: { ...(process.env as Record<string, string>), ...env },
  });
  link.close();
  return [row(`${count} files of 2 kB, 40 ms there and back`, mine, '`scp -r`', theirs, 0.1)];
}

async function verification(): Promise<Row[]> {
  const { ours, source, there, sshd, start } = await machine();
  for (let index = 0; index < 4; index++) fs.writeFileSync(path.join(source, `shard-${index}`), crypto.randomBytes(scaled(256_000_000)));
  await seconds(ours('sync:push'));
  const first = (await seconds(ours('sync:push', '--verify'))) - start;
  const again: number[] = [];
  for (let round = 0; round < 3; round++) again.push((await seconds(ours('sync:push', '--verify'))) - start);
  const names = fs.readdirSync(source).filter((name) => !name.startsWith('.'));
  const list = path.join(temporaryFolder('jl-bench'), 'sums');
  // Both ends one after the other, as a person would.
  const theirs = await seconds({
    command: 'sh',
    args: [
      '-c',
      `cd '${source}' && sha256sum ${names.join(' ')} > '${list}' && ssh -F '${sshd.config}' box "cd '${there}/data/processed' && sha256sum -c --quiet" < '${list}'`,
    ],
  });
  const size = `${((scaled(256_000_000) * 4) / 1e9).toFixed(1)} GB`;
  return [
    row(`--verify of ${size}, the first time, with its manifest`, first, '`sha256sum` on both ends', theirs, 1),
    row(`--verify of ${size}, again`, median(again), '`sha256sum` on both ends', theirs, 0.5),
  ];
}
