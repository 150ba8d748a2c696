import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { hfEnvironment } from '../tests/hub/model';
import type { Hub } from '../tests/hub/server';
import { projectCopy, repository, temporaryFolder } from '../tests/support/project';
import { pythonWith } from '../tests/support/python';
import { hubWithModel, repo, shardBytes, shards, smallRepo, type Usage, usageOf } from './peers/hub-model';
import { Arrival } from './support/arrival';
import type { Benchmark } from './support/benchmark';
import { type Line, lay, lines, mostDelay, type Peer } from './support/lines';
import { median } from './support/measure';
import type { Row } from './support/table';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
/** The lines with this text in their name alone, for a trial: what is written then is not the whole table. */
const chosen = process.env.DOWNLOAD_CASE ?? '';
const just = path.join(repository, 'node_modules/just-task/bin/just.js');

/** One that gives up, at a connection that is reset for example, is typed again. */
const again = 'for try in 1 2 3 4 5; do "$@" && exit 0; done; exit 1';

export const benchmark: Benchmark = {
  isTrial: chosen !== '',
  title: 'Downloading a model',
  about: `2.15 GB in 8 shards from a Hub on loopback, on the same cores. \`hf download\` is huggingface_hub 2.4 with 8 workers, aria2c runs with \`-x16 -s16 -k1M -j8\`, curl with \`-Z\`. \`model:download\` checks every byte within its time, none of the others does. A peer that gives up at a reset connection is called again, as its user would. ${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`}, each whole processes in turn; processor seconds leave the server's out. The hotel has one shard and one round.`,
  async run() {
    const folder = temporaryFolder('bench-download');
    const hub = await hubWithModel(folder);
    const project = projectCopy(path.join(folder, 'project'));
    const env = hfEnvironment(hub, folder);
    const out = path.join(folder, 'out');
    const commands = commandsFor(hub, folder, out);
    const one = async (peer: Peer, name = repo, done = (): void => undefined): Promise<Usage> => {
      const [command, args] = peer === 'ours' ? [process.execPath, [just, 'model:download', `--model=${name}`]] : commands[peer];
      fs.mkdirSync(out, { recursive: true });
      const usage = await (peer === 'ours'
        ? usageOf(command, args, env, project)
        : usageOf('sh', ['-c', again, 'sh', command, ...args], env, project));
      done();
      fs.rmSync(out, { recursive: true, force: true });
      fs.rmSync(path.join(project, 'models'), { recursive: true, force: true });
      return usage;
    };
    // What the shards left to write would be part of the first run.
    execFileSync('sync');
    const isThere = (peer: Peer) => peer !== 'aria2c' || isInstalled('aria2c');
    // What TypeScript says of the sources is kept from here on.
    await one('ours', smallRepo);
    const rows: Row[] = [];
    for (const line of lines.filter(({ what }) => what.includes(chosen))) {
      const end = await lay(hub, folder, line);
      const peers = (line.peers ?? ['ours', 'hf', 'aria2c', 'curl']).filter(isThere);
      const usages: Record<Peer, Usage[]> = { ours: [], hf: [], aria2c: [], curl: [] };
      for (let round = 0; round < rounds; round++) for (const peer of peers) usages[peer].push(await one(peer));
      // Once more and watched, which costs a little.
      const arrival = new Arrival(path.join(project, 'models'));
      let profile = '';
      await one('ours', repo, () => {
        profile = arrival.told();
      });
      end();
      rows.push(...rowsOf(line, usages, profile));
    }
    if (chosen === '') rows.push(...(await hotel(hub, () => one('ours', smallRepo))));
    await hub.close();
    return rows;
  },
};

function commandsFor(hub: Hub, folder: string, out: string): Record<Exclude<Peer, 'ours'>, [string, string[]]> {
  const addresses = shards.map((name) => `${hub.url}/${repo}/resolve/main/${name}`);
  const list = path.join(folder, 'list');
  fs.writeFileSync(list, addresses.map((address, index) => `${address}\n  out=${shards[index]}\n`).join(''));
  const outputs = addresses.flatMap((address, index) => ['-o', path.join(out, shards[index] ?? ''), address]);
  return {
    hf: [path.join(path.dirname(pythonWith('huggingface_hub==2.4.0')), 'hf'), ['download', repo, '--local-dir', out, '--max-workers', '8']],
    aria2c: ['aria2c', ['-q', '-x16', '-s16', '-k1M', '-j8', '--file-allocation=none', '-d', out, '-i', list]],
    curl: ['curl', ['-s', '-Z', '--parallel-max', '8', '-L', ...outputs]],
  };
}

/** @param profile where the time of ours went in one run */
function whyOf({ rateInAll }: Line, profile: string): string {
  if (rateInAll)
    return `the line itself takes ${((shards.length * shardBytes) / rateInAll).toFixed(1)} s for so many bytes, whoever fetches them.`;
  return `where the time of one run goes: ${profile}; the server, what moves the bytes and the hashing share the cores of this machine, and only ours hashes.`;
}

function rowsOf(line: Line, usages: Record<Peer, Usage[]>, profile: string): Row[] {
  const { what, goals, rate, rateInAll, delay, isBusy } = line;
  const of = (peer: Peer, part: keyof Usage) => median(usages[peer].map((usage) => usage[part]));
  const peers = (Object.keys(usages) as Peer[]).filter((peer) => peer !== 'ours' && usages[peer].length > 0);
  const rows = peers.map(
    (peer): Row => ({
      what,
      ours: `${of('ours', 'seconds').toFixed(1)} s`,
      peer: `${peer} ${of(peer, 'seconds').toFixed(1)} s`,
      ratio: of('ours', 'seconds') / of(peer, 'seconds'),
      ...(goals[peer] === undefined ? {} : { goal: goals[peer] }),
      why: whyOf(line, profile),
    }),
  );
  const processor: Row = {
    what: `${what}, processor`,
    ours: `${of('ours', 'cpuSeconds').toFixed(1)} s`,
    peer: `hf ${of('hf', 'cpuSeconds').toFixed(1)} s`,
    ratio: of('ours', 'cpuSeconds') / of('hf', 'cpuSeconds'),
    goal: 1,
  };
  const memory: Row = {
    what: `${what}, peak memory`,
    ours: `${Math.round(of('ours', 'peakBytes') / 1e6)} MB`,
    peer: `limit 200 MB (hf ${Math.round(of('hf', 'peakBytes') / 1e6)} MB)`,
    ratio: of('ours', 'peakBytes') / 200e6,
    goal: 1,
  };
  const isFree = !rate && !rateInAll && !isBusy;
  // The more connections, the more that lies in memory.
  return [...rows, ...(isFree ? [processor] : []), ...(isFree || delay === mostDelay ? [memory] : [])];
}

/** One shard over 2 MB/s in all: against the line itself, in seconds and in bytes. */
async function hotel(hub: Hub, ours: () => Promise<Usage>): Promise<Row[]> {
  const rate = 2_000_000;
  hub.rateInAll = rate;
  const before = hub.sent();
  const { seconds } = await ours();
  const sent = hub.sent() - before;
  const least = shardBytes / rate;
  const what = '2 MB/s in all';
  return [
    { what, ours: `${seconds.toFixed(1)} s`, peer: `the line's own ${least.toFixed(1)} s`, ratio: seconds / least, goal: 1.02 },
    {
      what: `${what}, bytes that the server sent`,
      ours: `${(sent / 1e6).toFixed(2)} MB`,
      peer: `the shard ${(shardBytes / 1e6).toFixed(2)} MB`,
      ratio: sent / shardBytes,
      goal: 1.001,
    },
  ];
}

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
