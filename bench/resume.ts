import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { hfEnvironment } from '../tests/hub/model';
import { projectCopy, runJust, startJust, temporaryFolder } from '../tests/support/project';
import { pythonWith } from '../tests/support/python';
import { hubWithModel, repo, shardBytes, shardCount } from './peers/hub-model';
import type { Benchmark } from './support/benchmark';

const total = shardBytes * shardCount;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

export const benchmark: Benchmark = {
  title: 'Going on after a kill',
  about:
    '2.15 GB in 8 shards, SIGKILL when half of it has left the server, then the same command again. Bytes that the server sent in both runs together, divided by the size of the model. `hf` is huggingface_hub 2.4.',
  async run() {
    const folder = temporaryFolder('bench-resume');
    const hub = await hubWithModel(folder);
    const half = async (): Promise<void> => {
      const before = hub.sent();
      while (hub.sent() - before < total / 2) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const project = projectCopy(path.join(folder, 'project'));
    const env = hfEnvironment(hub, folder);
    const run = startJust(project, ['model:download', `--model=${repo}`], env);
    await half();
    run.child.kill('SIGKILL');
    await run.ended;
    const ended = await runJust(project, ['model:download', `--model=${repo}`], env);
    if (ended.exitCode !== 0) throw new Error(ended.stderr);
    const ours = hub.sent();
    fs.rmSync(path.join(project, 'models/model'), { recursive: true, force: true });

    const hf = path.join(path.dirname(pythonWith('huggingface_hub==2.4.0')), 'hf');
    const start = () => spawn(hf, ['download', repo, '--local-dir', path.join(folder, 'out')], { env, stdio: 'ignore' });
    const first = start();
    const gone = new Promise((resolve) => first.once('close', resolve));
    await half();
    first.kill('SIGKILL');
    await gone;
    await new Promise((resolve) => start().once('close', resolve));
    const theirs = hub.sent() - ours;
    await hub.close();
    return [
      { what: 'killed at half', ours: megabytes(ours), peer: `the minimum ${megabytes(total)}`, ratio: ours / total, goal: 1.01 },
      { what: 'killed at half', ours: megabytes(ours), peer: `hf ${megabytes(theirs)}`, ratio: ours / theirs },
    ];
  },
};
