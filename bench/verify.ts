import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { writeTree } from '../tasks/hub/store/tree';
import { thisHost } from '../tasks/platform';
import type { Commit } from '../tasks/untrusted/hashes';
import { startHub } from '../tests/hub/server';
import { cleanEnvironment, projectCopy, runJust, temporaryFolder } from '../tests/support/project';
import { pythonWith } from '../tests/support/python';
import type { Benchmark } from './support/benchmark';
import { median, seconds } from './support/measure';

const cores = os.availableParallelism();
const shardCount = 8;
const shardBytes = 268_000_000;
const repo = 'bench/model';

interface Shard {
  file: string;
  sha256: string;
}

/** 2.1 GB in 8 shards of random bytes, and what belongs beside them. */
function makeModel(folder: string): { shards: Map<string, Shard>; small: Record<string, string> } {
  const shards = new Map<string, Shard>();
  const weight_map: Record<string, string> = {};
  for (let number = 1; number <= shardCount; number++) {
    const name = `model-0000${number}-of-0000${shardCount}.safetensors`;
    const tensor = `layer.${number}.weight`;
    const json = Buffer.from(JSON.stringify({ [tensor]: { dtype: 'U8', shape: [shardBytes], data_offsets: [0, shardBytes] } }));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(json.length));
    const file = path.join(folder, name);
    const handle = fs.openSync(file, 'w');
    fs.writeSync(handle, Buffer.concat([prefix, json]));
    const block = randomBytes(shardBytes / 64);
    for (let blocks = 0; blocks < 64; blocks++) fs.writeSync(handle, block);
    fs.closeSync(handle);
    weight_map[tensor] = name;
    const sha256 = execFileSync('openssl', ['dgst', '-sha256', '-r', file], { encoding: 'utf8' }).slice(0, 64);
    shards.set(name, { file, sha256 });
  }
  const small = {
    'config.json': '{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}',
    'model.safetensors.index.json': JSON.stringify({ metadata: { total_size: shardCount * shardBytes }, weight_map }),
  };
  for (const [name, text] of Object.entries(small)) fs.writeFileSync(path.join(folder, name), text);
  return { shards, small };
}

/** Bytes a second of SHA-256 on all cores at once, as `openssl speed` has it. */
function opensslRate(): number {
  const output = execFileSync('openssl', ['speed', '-multi', String(cores), '-seconds', '3', '-bytes', '1048576', '-evp', 'sha256'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(/^sha256\s+([\d.]+)k/m.exec(output)?.[1]) * 1000;
}

function hashWithOpenssl(files: readonly string[]): Promise<number> {
  const started = performance.now();
  const waiting = [...files];
  const one = async (): Promise<void> => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const next = file;
      await new Promise((resolve) => spawn('openssl', ['dgst', '-sha256', next], { stdio: 'ignore' }).on('close', resolve));
    }
  };
  return Promise.all(Array.from({ length: cores }, one)).then(() => (performance.now() - started) / 1000);
}

export const benchmark: Benchmark = {
  title: 'Verifying a model',
  about: `\`model:verify --full\` of ${shardCount} shards, ${((shardCount * shardBytes) / 1e9).toFixed(2)} GB, in the page cache: the step's own \`durationMs\`, which leaves the start of just aside. \`hf cache verify\` (huggingface_hub 2.4) asks a Hub on loopback for the tree. The limit is what \`openssl speed\` hashes with SHA-256 on all cores at once.`,
  async run() {
    const python = pythonWith('huggingface_hub==2.4.0');
    const folder = temporaryFolder('bench-verify');
    const { shards, small } = makeModel(folder);
    const hub = await startHub();
    const repository = hub.add(repo, { ...small, ...Object.fromEntries(shards) });
    const commit = repository.revisions.get('main') as Commit;
    const blobs = repository.commits.get(commit) ?? new Map();
    writeTree(
      { host: thisHost(), root: folder },
      folder,
      commit,
      [...blobs].map(([name, { size, sha1, sha256, lfs }]) => ({
        type: 'file',
        path: name,
        size: lfs ? 134 : size,
        oid: sha1,
        ...(lfs ? { lfs: { oid: sha256, size } } : {}),
      })),
    );
    const project = projectCopy(path.join(temporaryFolder('bench-verify-project'), 'project'));
    const ours = async () => {
      const { exitCode, stdout } = await runJust(project, ['model:verify', `--path=${folder}`, '--full', '--json']);
      const [step] = JSON.parse(stdout).steps;
      if (exitCode !== 0) throw new Error(stdout);
      return step.durationMs / 1000;
    };
    const times: Record<'first' | 'again' | 'hf' | 'dgst' | 'limit', number[]> = { first: [], again: [], hf: [], dgst: [], limit: [] };
    for (let round = 0; round < 3; round++) {
      fs.rmSync(path.join(project, '.just-lora'), { recursive: true, force: true });
      times.first.push(await ours());
      times.again.push(await ours());
      times.hf.push(
        await seconds({
          command: path.join(path.dirname(python), 'hf'),
          args: ['cache', 'verify', repo, '--local-dir', folder, '--revision', commit],
          env: cleanEnvironment({ HOME: folder, HF_ENDPOINT: hub.url, HF_HUB_DISABLE_XET: '1', HF_HUB_DISABLE_UPDATE_CHECK: '1' }),
        }),
      );
      times.dgst.push(await hashWithOpenssl([...shards.values()].map(({ file }) => file)));
      times.limit.push((shardCount * shardBytes) / opensslRate());
    }
    await hub.close();
    const [first, again, hf, dgst, limit] = [times.first, times.again, times.hf, times.dgst, times.limit].map(median) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const s = (value: number) => `${value.toFixed(value < 0.1 ? 3 : 2)} s`;
    return [
      { what: 'every byte', ours: s(first), peer: `\`hf cache verify\` ${s(hf)}`, ratio: first / hf, goal: 0.7 },
      {
        what: 'every byte',
        ours: s(first),
        peer: `limit of \`openssl speed\`, ${cores} cores ${s(limit)}`,
        ratio: first / limit,
        goal: 1.1,
        why: '`openssl speed` hashes one block in its cache, while a file is copied out of the page cache first: Node cannot map files. The row below does the same work.',
      },
      { what: 'every byte', ours: s(first), peer: `\`openssl dgst -sha256\`, ${cores} at once ${s(dgst)}`, ratio: first / dgst },
      { what: 'again, unchanged', ours: s(again), peer: `the first time ${s(first)}`, ratio: again / first, goal: 0.02 },
    ];
  },
};
