import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { hfEnvironment } from '../tests/hub/model';
import { projectCopy, repository } from '../tests/support/project';
import { pythonWith } from '../tests/support/python';
import type { Benchmark } from './benchmark';
import { median } from './measure';
import { hubWithModel, repo, shards, type Usage, usageOf } from './peers/hub-model';
import type { Row } from './table';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const just = path.join(repository, 'node_modules/just-task/bin/just.js');
const limit = 20_000_000;

/** The lines that are measured, with what ours is to stay under. */
const lines: readonly { rate: number; delay: number; goals: Partial<Record<Peer, number>> }[] = [
  { rate: 0, delay: 0, goals: { hf: 0.6, aria2c: 0.75 } },
  { rate: limit, delay: 0, goals: { hf: 0.35, aria2c: 1 } },
  { rate: limit, delay: 50, goals: { hf: 0.38, aria2c: 1 } },
  { rate: limit, delay: 150, goals: { hf: 0.4, aria2c: 1 } },
];

type Peer = 'ours' | 'hf' | 'aria2c' | 'curl';

export const benchmark: Benchmark = {
  title: 'Downloading a model',
  about: `2.15 GB in 8 shards from a Hub on loopback, on the same cores. \`hf download\` is huggingface_hub 2.4 with 8 workers, aria2c runs with \`-x16 -s16 -k1M -j8\`, curl with \`-Z\`. \`model:download\` checks every byte within its time, none of the others does. Medians of ${rounds} rounds, each whole processes in turn; processor seconds leave the server's out.`,
  async run() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-download-'));
    process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
    const hub = await hubWithModel(folder);
    const project = projectCopy(path.join(folder, 'project'));
    const env = hfEnvironment(hub, folder);
    const addresses = shards.map((name) => `${hub.url}/${repo}/resolve/main/${name}`);
    const list = path.join(folder, 'list');
    fs.writeFileSync(list, addresses.map((address, index) => `${address}\n  out=${shards[index]}\n`).join(''));
    const out = path.join(folder, 'out');
    const commands: Record<Peer, [string, string[]]> = {
      ours: [process.execPath, [just, 'model:download', `--model=${repo}`]],
      hf: [
        path.join(path.dirname(pythonWith('huggingface_hub==2.4.0')), 'hf'),
        ['download', repo, '--local-dir', out, '--max-workers', '8'],
      ],
      aria2c: ['aria2c', ['-q', '-x16', '-s16', '-k1M', '-j8', '--file-allocation=none', '-d', out, '-i', list]],
      curl: [
        'curl',
        [
          '-s',
          '-Z',
          '--parallel-max',
          '8',
          '-L',
          ...addresses.flatMap((address, index) => ['-o', path.join(out, shards[index] ?? ''), address]),
        ],
      ],
    };
    const one = async (peer: Peer): Promise<Usage> => {
      const [command, args] = commands[peer];
      fs.mkdirSync(out, { recursive: true });
      const usage = await usageOf(command, args, env, project);
      fs.rmSync(out, { recursive: true, force: true });
      fs.rmSync(path.join(project, 'models/model'), { recursive: true, force: true });
      return usage;
    };
    const peers = (Object.keys(commands) as Peer[]).filter((peer) => peer !== 'aria2c' || isThere('aria2c'));
    // What TypeScript says of the sources is kept from here on.
    execFileSync(process.execPath, [just, 'model:download', `--model=${repo}`, '--plan'], { cwd: project, env, stdio: 'ignore' });
    const rows: Row[] = [];
    for (const { rate, delay, goals } of lines) {
      hub.rate = rate;
      hub.fault = ({ server }) => (server === 'cdn' && delay > 0 ? { delay } : undefined);
      const usages: Record<Peer, Usage[]> = { ours: [], hf: [], aria2c: [], curl: [] };
      for (let round = 0; round < rounds; round++) for (const peer of peers) usages[peer].push(await one(peer));
      const of = (peer: Peer, part: keyof Usage) => median(usages[peer].map((usage) => usage[part]));
      const what = `${rate === 0 ? 'no limit' : '20 MB/s a connection'}${delay > 0 ? `, ${delay} ms to the first byte` : ''}`;
      const whys: Partial<Record<Peer, string>> = {
        aria2c: 'it has 128 connections and asks each for many megabytes. Ours also hashes every byte.',
      };
      for (const peer of peers.filter((each) => each !== 'ours'))
        rows.push({
          what,
          ours: `${of('ours', 'seconds').toFixed(1)} s`,
          peer: `${peer} ${of(peer, 'seconds').toFixed(1)} s`,
          ratio: of('ours', 'seconds') / of(peer, 'seconds'),
          ...(goals[peer] === undefined ? {} : { goal: goals[peer] }),
          ...(whys[peer] === undefined ? {} : { why: whys[peer] }),
        });
      if (rate > 0) continue;
      rows.push({
        what: `${what}, processor`,
        ours: `${of('ours', 'cpuSeconds').toFixed(1)} s`,
        peer: `hf ${of('hf', 'cpuSeconds').toFixed(1)} s`,
        ratio: of('ours', 'cpuSeconds') / of('hf', 'cpuSeconds'),
        goal: 1,
      });
      rows.push({
        what: `${what}, peak memory`,
        ours: `${Math.round(of('ours', 'peakBytes') / 1e6)} MB`,
        peer: `limit 200 MB (hf ${Math.round(of('hf', 'peakBytes') / 1e6)} MB)`,
        ratio: of('ours', 'peakBytes') / 200e6,
        goal: 1,
      });
    }
    await hub.close();
    return rows;
  },
};

function isThere(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
